"""One open ElevenLabs socket: it sorts what arrives by context and keeps the open contexts alive."""

import asyncio
from typing import Final

from control_plane.adapters.provider_socket import ProviderSocket, SocketLost, SocketTimings, lost
from control_plane.adapters.sockets import Spawn
from control_plane.adapters.tts import elevenlabs_wire as wire
from control_plane.adapters.tts.inbox import Inbox
from control_plane.ports.errors import MalformedMessage, ProviderError, RateLimited, Unavailable

KEEP_ALIVE_S: Final = 10.0
MALFORMED_LIMIT: Final = 5
"""A single unreadable message is skipped; this many in a row are a broken socket."""


class Link:
    """The socket of a voice, while it lasts.

    A context lives from `open` to the server's final message, which comes only after `close`. A full inbox
    holds up the socket and with it the other contexts; as a call plays one reply at a time, that is the one it plays.
    """

    def __init__(self, socket: ProviderSocket, *, timings: SocketTimings, keep_alive_s: float, spawn: Spawn) -> None:
        self._socket = socket
        self._timings = timings
        self._keep_alive_s = keep_alive_s
        self._contexts: dict[str, Inbox] = {}
        self._open: set[str] = set()
        self._malformed = 0
        self._error: ProviderError | None = None
        self._spawn = spawn
        self._waking = spawn(self._keep_alive(), "elevenlabs-keep-alive")
        socket.deliver(self._receive, self._lost)

    @property
    def usable(self) -> bool:
        """False when the socket is lost, or when contexts that nobody listens to have taken all its places."""
        if self._error is not None:
            return False
        return len(self._contexts) < wire.MAX_CONTEXTS or any(not inbox.ended for inbox in self._contexts.values())

    async def open(self, context: str, inbox: Inbox, *, message: str) -> None:
        """Open a context with its first message; its audio goes to `inbox`. Raises ProviderError."""
        if self._error is not None:
            raise self._error
        if len(self._contexts) >= wire.MAX_CONTEXTS:
            raise RateLimited(wire.PROVIDER, "too many utterances at once")
        self._contexts[context] = inbox
        self._open.add(context)
        await self.send(message)

    async def close(self, context: str) -> None:
        """No more text for this context. Raises ProviderError."""
        if context in self._open:
            self._open.discard(context)
            await self.send(wire.close_context(context))

    async def send(self, message: str) -> None:
        """Raises ProviderError."""
        await self._socket.send(message)

    async def aclose(self) -> None:
        """Close at once: what is still being generated is dropped, not waited for."""
        for inbox in self._contexts.values():
            inbox.close()
        try:
            await self._socket.close()
        finally:
            self._waking.cancel()
        await asyncio.wait({self._waking}, timeout=self._timings.close)

    def read_on(self) -> None:
        """The inbox that was full takes audio again."""
        self._socket.read_on()

    def _lost(self, how: SocketLost) -> None:
        self._fail(lost(wire.PROVIDER, how))

    def _fail(self, error: ProviderError) -> None:
        """Nothing more comes; only the first reason counts."""
        if self._error is not None:
            return
        self._error = error
        self._waking.cancel()
        for inbox in self._contexts.values():
            inbox.finish(error)

    def _give_up(self, error: ProviderError) -> None:
        self._fail(error)
        self._spawn(self._socket.close(), "elevenlabs-close")

    def _receive(self, raw: str | bytes) -> None:
        if self._error is not None:
            return
        try:
            message = wire.read(raw)
        except MalformedMessage:
            self._malformed += 1
            if self._malformed >= MALFORMED_LIMIT:
                self._give_up(Unavailable(wire.PROVIDER, "sends nothing that can be read"))
            return
        except ProviderError as error:
            self._give_up(error)
            return
        self._malformed = 0
        inbox = self._contexts.get(message.context)
        if inbox is None:
            return
        if message.piece is not None and not inbox.put(message.piece):
            self._socket.hold()
        if message.final:
            self._finish(message.context, inbox)

    def _finish(self, context: str, inbox: Inbox) -> None:
        del self._contexts[context]
        if context in self._open:
            self._open.discard(context)
            inbox.finish(Unavailable(wire.PROVIDER, "ended the utterance by itself"))
        inbox.finish()

    async def _keep_alive(self) -> None:
        """Only for opened contexts: a message for any other would open a phantom that takes one of the five places."""
        while True:
            await asyncio.sleep(self._keep_alive_s)
            for context in tuple(self._open):
                try:
                    await self.send(wire.keep_alive(context))
                except ProviderError:
                    return  # which `_lost` reports
