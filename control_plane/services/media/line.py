"""The speaking side of one media stream: sends what is due, in real time, and knows when it was heard."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final, NamedTuple

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


class _Message(NamedTuple):
    text: str
    frames: int = 0
    """Of audio in it."""
    sent: Callable[[], None] | None = None
    """Who is told that it was written to the socket."""


class Line:
    """Paces one leg's outgoing audio.

    What is due goes out in the moment in which it becomes due: in the call that added it, or by a timer. While the
    socket takes nothing, `run` waits for it and nobody else sends, so messages never overtake each other.
    """

    def __init__(self, socket: MediaSocket, codec: MediaCodec, *, playout: Playout, clock: Clock) -> None:
        self.playout = playout
        self.frames_sent = 0
        self._socket = socket
        self._codec = codec
        self._clock = clock
        self._outbox: deque[_Message] = deque()
        self._free = False
        """Whether anybody may send: not before `run`, not after it, not while it waits for the socket."""
        self._stuck = asyncio.Event()
        """`run` has to see to the socket."""
        self._fault: Exception | None = None
        self._timer: asyncio.TimerHandle | None = None
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
        """The playout has more to send, or an end. Never waits, never raises."""
        self._go_on()

    def clear(self) -> None:
        """Have the carrier drop what it has not played yet, if it has anything; before any audio that is not sent.

        It returns the marks it drops, so marks sent from now on belong to a generation of their own.
        """
        self._generation += 1
        self._mark_sent = False
        if self._sounding:
            self._sounding = False
            self._outbox.append(_Message(self._codec.clear()))
            self._go_on()

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
        """Send until cancelled. Raises SocketClosed, and TimeoutError when the peer takes nothing any more."""
        try:
            while True:
                while not self._sent_what_is_due():
                    await self._wait_for_peer()
                self._free = True
                await self._stuck.wait()
                self._stuck.clear()
                if self._fault is not None:
                    raise self._fault
        finally:
            self._free = False
            self._set_timer(None)
            # What was to be told of a reply that never sounded holds the call.
            self._first_sent = self._fault = None
            self._outbox.clear()

    def _go_on(self) -> None:
        if not self._free:
            return
        try:
            self._free = self._sent_what_is_due()
        except Exception as fault:  # a border: it is the line's, not that of whoever had something to say
            self._free, self._fault = False, fault
        if not self._free:
            self._stuck.set()

    def _sent_what_is_due(self) -> bool:
        """False: the socket takes no more for now. Raises SocketClosed."""
        while self._flushed():
            piece = self.playout.due(self._clock.steady())
            if piece is not None:
                self._sounding = True
                self._outbox.append(_Message(self._codec.audio(piece), len(piece) // FRAME_BYTES, self._first_sent))
                self._first_sent = None
            elif self.playout.all_sent and not self._mark_sent:
                self._mark_sent = True
                self._outbox.append(_Message(self._codec.mark(self._mark_name())))
            else:
                self._set_timer(self.playout.wake_at)
                return True
        return False

    def _flushed(self) -> bool:
        outbox = self._outbox
        while outbox:
            if not self._socket.offer(outbox[0].text):
                return False
            self._sent(outbox.popleft())
        return True

    async def _wait_for_peer(self) -> None:
        async with asyncio.timeout(SEND_TIMEOUT_S):
            await self._socket.send(self._outbox[0].text)
        self._sent(self._outbox.popleft())

    def _sent(self, message: _Message) -> None:
        self.frames_sent += message.frames
        if message.sent is not None:
            message.sent()

    def _set_timer(self, wake_at: float | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if wake_at is not None:
            delay = max(0.0, wake_at - self._clock.steady())
            self._timer = asyncio.get_running_loop().call_later(delay, self._go_on)

    def _mark_name(self) -> str:
        return f"generation-{self._generation}"
