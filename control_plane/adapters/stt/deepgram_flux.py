"""Deepgram's Flux: recognition that itself tells when a turn is over, over one websocket a call."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final
from urllib.parse import urlencode

from control_plane.adapters.provider_socket import ProviderSocket, SocketTimings
from control_plane.adapters.sockets import Spawn, open_socket, websocket_url
from control_plane.adapters.stt import deepgram_flux_wire as wire
from control_plane.adapters.stt.deepgram_wire import closed_by_provider
from control_plane.adapters.stt.listener import Listener
from control_plane.core.audio.frames import SAMPLE_RATE
from control_plane.core.turn.events import FinalHeard
from control_plane.ports.errors import ProviderError
from control_plane.ports.hearing import Heard, HearingOptions, Listening

_SILENCE: Final = b"\xff"
_SOCKET: Final = SocketTimings()
_ENDS: Final = wire.TurnEnds()


@dataclass(frozen=True, slots=True, kw_only=True)
class FluxTimings:
    """In seconds."""

    socket: SocketTimings = _SOCKET
    pause: float = 0.5
    """So long without audio in an open turn, and silence is sent in its place."""
    step: float = 0.1
    """Of silence at a time."""
    silence: float = 6.0
    """At most: longer than Flux waits for any turn to end."""


class FluxEar:
    """One recognition. The end of a turn is a matter of audio there: where none comes (a hold, a lost stream), an open
    turn would stay open, so a task of its own sends silence in its place.
    """

    def __init__(self, socket: ProviderSocket, *, timings: FluxTimings, spawn: Spawn) -> None:
        self._socket = socket
        self._timings = timings
        self._in_turn = False
        self._sent_lately = False
        self._closing = False
        self._listener = Listener(socket, read=wire.heard, closed=partial(closed_by_provider, provider=wire.PROVIDER))
        self._filler = spawn(self._fill_pauses(), "deepgram-flux-silence")

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
        """Nothing: to tell a pause from an end is what this recogniser is for."""

    async def listen(self, take: Callable[[Heard | Listening], None]) -> None:
        def heard(event: Heard | Listening) -> None:
            if not isinstance(event, Listening):
                self._in_turn = not isinstance(event, FinalHeard)
            take(event)

        await self._listener.listen(heard)

    async def aclose(self) -> None:
        """Ends the recognition without waiting for the last results."""
        if self._closing:
            return
        self._closing = True
        self._listener.close()
        self._filler.cancel()
        try:
            with contextlib.suppress(ProviderError):
                await self._socket.send(wire.CLOSE_STREAM)
        finally:
            await self._socket.close()

    async def _fill_pauses(self) -> None:
        while True:
            self._sent_lately = False
            await asyncio.sleep(self._timings.pause)
            if self._sent_lately or not self._in_turn:
                continue
            try:
                await self._fill()
            except ProviderError:
                return  # `listen` reports the loss

    async def _fill(self) -> None:
        """At the pace of real audio, until there is some, the turn is over or no turn would take so long."""
        step = _SILENCE * int(self._timings.step * SAMPLE_RATE)
        for _ in range(round(self._timings.silence / self._timings.step)):
            if self._sent_lately or not self._in_turn:
                return
            await self._socket.send(step)
            await asyncio.sleep(self._timings.step)
        self._in_turn = False


class FluxSpeechToText:
    """Opens recognitions of PCMU at 8 kHz. `base_url` may be http(s) or ws(s) and may have a path prefix."""

    def __init__(
        self,
        *,
        api_key: str,
        spawn: Spawn,
        base_url: str = "https://api.deepgram.com",
        model: str = "",
        ends: wire.TurnEnds = _ENDS,
        timings: FluxTimings | None = None,
    ) -> None:
        self._headers = {"Authorization": f"Token {api_key}"}
        self._spawn = spawn
        self._address = websocket_url(base_url, wire.PATH)
        self._model = model
        self._ends = ends
        self._timings = timings or FluxTimings()

    async def open(self, options: HearingOptions) -> FluxEar:
        query = wire.listen_query(options, self._model, ends=self._ends)
        socket = await open_socket(
            wire.PROVIDER,
            f"{self._address}?{urlencode(query)}",
            headers=self._headers,
            timings=self._timings.socket,
            error_header="dg-error",
        )
        return FluxEar(socket, timings=self._timings, spawn=self._spawn)

    async def aclose(self) -> None:
        """Nothing is shared between recognitions; each ear is closed by its call."""
