"""The speaking side of one media stream: sends what is due, in real time, and knows when it was heard."""

import asyncio
from collections.abc import Callable
from typing import Final

from control_plane.core.audio.frames import FRAME_BYTES
from control_plane.core.audio.playout import Playout
from control_plane.observability.logging import get_logger
from control_plane.ports.carrier import MediaCodec
from control_plane.ports.infrastructure import Clock
from control_plane.services.media.socket import MediaSocket

log = get_logger("media")

SEND_TIMEOUT_S: Final = 5.0
"""A peer that does not take a message for so long is not a telephone carrier any more."""

MARK_PATIENCE_S: Final = 1.5
"""After the audio must have ended by our clock, wait so long for the carrier's mark to confirm it."""


class Line:
    """Paces one leg's outgoing audio. All sending happens in `run`, so messages never overtake each other."""

    def __init__(self, socket: MediaSocket, codec: MediaCodec, *, playout: Playout, clock: Clock) -> None:
        self.playout = playout
        self.frames_sent = 0
        self._socket = socket
        self._codec = codec
        self._clock = clock
        self._urgent: list[str] = []
        self._wake = asyncio.Event()
        self._generation = 0
        self._mark_sent = False
        self._returned = asyncio.Event()
        self._first_sent: Callable[[], None] | None = None
        self._sounding = False

    def begin(self, first_sent: Callable[[], None]) -> None:
        """A new reply: `first_sent` is called when its first audio was written to the socket."""
        self._generation += 1
        self._mark_sent = False
        self._returned.clear()
        self._first_sent = first_sent
        self.playout.begin()

    def changed(self) -> None:
        """The playout has more to send, or an end."""
        self._wake.set()

    def clear(self) -> None:
        """Have the carrier drop what it has not played yet, if it has anything; before anything else that is sent.

        It returns the marks it drops, so marks sent from now on belong to a generation of their own.
        """
        self._generation += 1
        self._mark_sent = False
        if self._sounding:
            self._sounding = False
            self._urgent.append(self._codec.clear())
            self._wake.set()

    def mark_returned(self, name: str) -> float | None:
        """A mark came back. Those of earlier replies, which `clear` returns too, mean nothing.

        Answers how long after the end of the reply by our own clock: the way to the carrier's playing and back.
        """
        if name != self._mark_name() or not self._mark_sent or self._returned.is_set():
            return None
        self._returned.set()
        ends_at = self.playout.ends_at
        return None if ends_at is None else self._clock.steady() - ends_at

    async def played(self) -> None:
        """Wait until the reply was heard: by the carrier's mark, with our own clock as the safety net."""
        while not self._returned.is_set():
            ends_at = self.playout.ends_at
            if ends_at is None and self.playout.all_sent:
                return  # nothing of the reply is audio, so it has no end to wait for
            if ends_at is None or not self.playout.complete:
                await self._wait_change()
                continue
            patience = ends_at + MARK_PATIENCE_S - self._clock.steady()
            try:
                async with asyncio.timeout(max(0.02, patience)):
                    await self._returned.wait()
            except TimeoutError:
                if self.playout.finished(self._clock.steady()):
                    log.info("mark did not come back, going by the clock")
                    return

    async def _wait_change(self) -> None:
        """The playout is paused or still fed: look again soon, or when the mark is back."""
        try:
            async with asyncio.timeout(0.05):
                await self._returned.wait()
        except TimeoutError:
            return

    async def run(self) -> None:
        """Send until cancelled. Raises SocketClosed."""
        while True:
            while self._urgent:
                await self._send(self._urgent.pop(0))
            now = self._clock.steady()
            piece = self.playout.due(now)
            if piece is not None:
                # Before the sending, which may take a moment in which somebody clears.
                self._sounding = True
                # Taken now: while the piece is on its way another reply may begin.
                tell, self._first_sent = self._first_sent, None
                await self._send(self._codec.audio(piece))
                self.frames_sent += len(piece) // FRAME_BYTES
                if tell is not None:
                    tell()
                continue
            await self._send_mark()
            await self._sleep()

    async def _send_mark(self) -> None:
        if self.playout.all_sent and not self._mark_sent:
            self._mark_sent = True
            await self._send(self._codec.mark(self._mark_name()))

    def _mark_name(self) -> str:
        return f"generation-{self._generation}"

    async def _sleep(self) -> None:
        wake_at = self.playout.wake_at
        timer = None
        if wake_at is not None:
            # A timer of the loop: running into a timeout costs several times as much, five times a second and call.
            delay = max(0.0, wake_at - self._clock.steady())
            timer = asyncio.get_running_loop().call_later(delay, self._wake.set)
        try:
            await self._wake.wait()
        finally:
            if timer is not None:
                timer.cancel()
        self._wake.clear()

    async def _send(self, message: str) -> None:
        if self._socket.offer(message):
            return
        async with asyncio.timeout(SEND_TIMEOUT_S):
            await self._socket.send(message)
