"""Deepgram's live recognition over one websocket a call."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Final
from urllib.parse import urlencode

from control_plane.adapters.provider_socket import ProviderSocket, SocketTimings
from control_plane.adapters.sockets import Spawn, open_socket, websocket_url
from control_plane.adapters.stt import deepgram_wire as wire
from control_plane.adapters.stt.listener import Listener
from control_plane.ports.errors import ProviderError
from control_plane.ports.hearing import Heard, HearingOptions, Listening

KEEP_ALIVE_S: Final = 3.0
"""Looked at this often, so a pause is at most twice as long unannounced; Deepgram closes after 10 s."""


class DeepgramEar:
    """One recognition. A task of its own announces pauses in the audio, but only after the first audio: Deepgram
    wants audio within 10 s of the opening and a KeepAlive does not stand in for it.
    """

    def __init__(self, socket: ProviderSocket, *, keep_alive_s: float, spawn: Spawn) -> None:
        self._socket = socket
        self._keep_alive_s = keep_alive_s
        self._sent_lately = False
        self._closing = False
        self._listener = Listener(socket, read=wire.heard, closed=wire.closed_by_provider)
        self._keeper = spawn(self._keep_alive(), "deepgram-keep-alive")

    def offer(self, audio: bytes) -> bool:
        self._sent_lately = True
        return not audio or self._socket.offer(audio)

    async def send(self, audio: bytes) -> None:
        """Returns when the bytes are in the write buffer; an empty frame would close the stream, so it is not sent."""
        if not audio:
            return
        self._sent_lately = True
        await self._socket.send(audio)

    async def finalize(self) -> None:
        """The result comes marked as no end of speech; whether the turn is over is for others to say."""
        await self._socket.send(wire.FINALIZE)

    async def listen(self, take: Callable[[Heard | Listening], None]) -> None:
        await self._listener.listen(take)

    async def aclose(self) -> None:
        """Ends the recognition without waiting for the last results."""
        if self._closing:
            return
        self._closing = True
        self._listener.close()
        self._keeper.cancel()
        try:
            with contextlib.suppress(ProviderError):
                await self._socket.send(wire.CLOSE_STREAM)
        finally:
            await self._socket.close()

    async def _keep_alive(self) -> None:
        had_audio = False
        while True:
            await asyncio.sleep(self._keep_alive_s)
            quiet, self._sent_lately = not self._sent_lately, False
            had_audio = had_audio or not quiet
            if quiet and had_audio:
                try:
                    await self._socket.send(wire.KEEP_ALIVE)
                except ProviderError:
                    return  # `listen` reports the loss


class DeepgramSpeechToText:
    """Opens recognitions of PCMU at 8 kHz. `base_url` may be http(s) or ws(s) and may have a path prefix."""

    def __init__(
        self,
        *,
        api_key: str,
        spawn: Spawn,
        base_url: str = "https://api.deepgram.com",
        model: str = wire.DEFAULT_MODEL,
        timings: SocketTimings | None = None,
        keep_alive_s: float = KEEP_ALIVE_S,
    ) -> None:
        self._headers = {"Authorization": f"Token {api_key}"}
        self._spawn = spawn
        self._address = websocket_url(base_url, "/v1/listen")
        self._model = model
        self._timings = timings or SocketTimings()
        self._keep_alive_s = keep_alive_s

    async def open(self, options: HearingOptions) -> DeepgramEar:
        socket = await open_socket(
            wire.PROVIDER,
            f"{self._address}?{urlencode(wire.listen_query(options, self._model))}",
            headers=self._headers,
            timings=self._timings,
            error_header="dg-error",
        )
        return DeepgramEar(socket, keep_alive_s=self._keep_alive_s, spawn=self._spawn)

    async def aclose(self) -> None:
        """Nothing is shared between recognitions; each ear is closed by its call."""
