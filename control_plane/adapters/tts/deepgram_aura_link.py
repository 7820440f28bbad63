"""One open `speak` socket: which audio belongs to which clause, and when one of the few flushes is spent."""

import asyncio
import contextlib
from typing import Final

from control_plane.adapters.provider_socket import ProviderSocket, SocketLost
from control_plane.adapters.sockets import Spawn
from control_plane.adapters.tts import deepgram_aura_wire as wire
from control_plane.adapters.tts.inbox import Inbox
from control_plane.ports.errors import MalformedMessage, ProviderError, RateLimited, Unavailable
from control_plane.ports.voice import SpokenPiece

MALFORMED_LIMIT: Final = 5
"""A single unreadable message is skipped; this many in a row are a broken socket."""
RESERVE: Final = 2
"""Flushes kept for the ends of replies; a socket with fewer left is replaced before the next one."""


class FlushBudget:
    """How many `Flush` the socket still takes."""

    def __init__(self, *, flushes: int = wire.FLUSHES, window_s: float = wire.FLUSH_WINDOW_S) -> None:
        self._window_s = window_s + 1.0
        self._returns: set[asyncio.TimerHandle] = set()
        self.left = flushes

    def take(self) -> None:
        self.left -= 1
        self._returns.add(asyncio.get_running_loop().call_later(self._window_s, self._give_back))

    def _give_back(self) -> None:
        self.left += 1

    def close(self) -> None:
        for handle in self._returns:
            handle.cancel()


class Link:
    """Speaks for one utterance at a time, as audio comes without a name.

    At most one flush is on its way: clauses said meanwhile go with the next, which costs no time, as audio is made
    faster than it is played. The end of an utterance is the answer to its last flush.
    """

    def __init__(self, socket: ProviderSocket, spawn: Spawn) -> None:
        self._socket = socket
        self._budget = FlushBudget()
        self._inbox: Inbox | None = None
        self._said = False
        self._buffered = ""
        """Text that no flush covers and no audio."""
        self._speaking = ""
        """Text of the flush on its way, until its first audio comes."""
        self._unflushed = False
        self._flushing = False
        self._ended = False
        self._clearing = 0
        self._malformed = 0
        self._error: ProviderError | None = None
        self._spawn = spawn
        socket.deliver(self._receive, self._lost)

    @property
    def usable(self) -> bool:
        return self._error is None and self._socket.usable and self._budget.left >= RESERVE

    def attach(self, inbox: Inbox) -> None:
        """The next utterance."""
        self._inbox = inbox
        self._said = self._unflushed = self._flushing = self._ended = False
        self._buffered = self._speaking = ""

    async def say(self, text: str) -> None:
        """Raises ProviderError."""
        if self._error is not None:
            raise self._error
        self._said = True
        await self._socket.send(wire.speak(text))
        self._buffered += f"{text.rstrip()} "
        self._unflushed = True
        if not self._flushing and self._budget.left > RESERVE:
            await self._flush()

    async def end(self) -> None:
        """No more text for this utterance. Raises ProviderError."""
        self._ended = True
        if self._flushing:
            self._expect()
        elif self._unflushed:
            await self._flush()
        elif self._inbox is not None:
            self._inbox.finish()

    async def clear(self) -> None:
        """The utterance is over; what is still made for it is thrown away. Never raises."""
        inbox, self._inbox = self._inbox, None
        finished = self._ended and not self._flushing and not self._unflushed
        if inbox is None or not self._said or finished or self._error is not None:
            return
        self._clearing += 1
        with contextlib.suppress(ProviderError):
            await self._socket.send(wire.CLEAR)

    async def aclose(self) -> None:
        """Close at once: what is still being made is dropped, not waited for."""
        if self._inbox is not None:
            self._inbox.close()
        self._budget.close()
        await self._socket.close()

    def read_on(self) -> None:
        """The inbox that was full takes audio again."""
        self._socket.read_on()

    async def _flush(self) -> None:
        self._begin_flush()
        await self._socket.send(wire.FLUSH)

    def _begin_flush(self) -> None:
        """Raises RateLimited."""
        if self._budget.left <= 0:
            raise RateLimited(wire.PROVIDER, "too many flushes on one connection")
        self._budget.take()
        self._flushing, self._unflushed = True, False
        self._speaking, self._buffered = self._buffered, ""
        self._expect()

    def _expect(self) -> None:
        if self._inbox is not None:
            self._inbox.expect(last=self._ended)

    def _lost(self, how: SocketLost) -> None:
        self._fail(wire.closed_by_provider(how))

    def _fail(self, error: ProviderError) -> None:
        """Nothing more comes; only the first reason counts."""
        if self._error is not None:
            return
        self._error = error
        if self._inbox is not None:
            self._inbox.finish(error)

    def _give_up(self, error: ProviderError) -> None:
        self._fail(error)
        self._spawn(self._socket.close(), "deepgram-speak-close")

    def _receive(self, message: str | bytes) -> None:
        if self._error is not None:
            return
        if isinstance(message, bytes):
            self._audio(message)
            return
        try:
            said = wire.read(message)
        except MalformedMessage:
            self._malformed += 1
            if self._malformed >= MALFORMED_LIMIT:
                self._give_up(Unavailable(wire.PROVIDER, "sends nothing that can be read"))
            return
        except ProviderError as error:
            self._give_up(error)
            return
        self._malformed = 0
        if said.kind == "cleared":
            self._clearing = max(0, self._clearing - 1)
        elif said.kind == "flushed" and not self._clearing:
            self._flushed()
        elif said.kind == "refused_flush" and self._inbox is not None:
            self._inbox.finish(RateLimited(wire.PROVIDER, "takes no more flushes for now"))

    def _audio(self, audio: bytes) -> None:
        """The text of a flush goes with its first audio; whoever plays it spreads it over what follows."""
        inbox = self._inbox
        if self._clearing or inbox is None or not audio:
            return
        if self._flushing:
            text, self._speaking = self._speaking, ""
        else:
            text, self._buffered = self._buffered, ""
        if not inbox.put(SpokenPiece(audio, text)):
            self._socket.hold()

    def _flushed(self) -> None:
        self._flushing = False
        if self._unflushed and (self._ended or self._budget.left > RESERVE):
            self._flush_again()
        elif self._ended and self._inbox is not None:
            self._inbox.finish()

    def _flush_again(self) -> None:
        """What was said while a flush was on its way; at once, before the utterance can be another."""
        try:
            self._begin_flush()
        except RateLimited as error:
            self._give_up(error)
            return
        if not self._socket.offer(wire.FLUSH):
            self._spawn(self._send_flush(), "deepgram-speak-flush")

    async def _send_flush(self) -> None:
        try:
            await self._socket.send(wire.FLUSH)
        except ProviderError as error:
            self._give_up(error)
