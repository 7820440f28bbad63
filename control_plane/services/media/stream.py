"""One media stream from its `start` to its end: the work on frames, the line and the ear share one fate."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from control_plane.core.audio.framer import Framer
from control_plane.core.audio.frames import Encoding
from control_plane.core.audio.g711 import ALAW_TO_ULAW
from control_plane.core.audio.reorder import Reorder
from control_plane.core.turn.events import DigitPressed, SpeechStopped, TurnEvent
from control_plane.core.turn.vad import VadGate
from control_plane.observability.logging import get_logger
from control_plane.observability.metrics import Metrics
from control_plane.ports.carrier import (
    AudioReceived,
    KeyReceived,
    MarkReturned,
    MediaCodec,
    MediaFault,
    MediaStarted,
    MediaStopped,
    SocketOpened,
)
from control_plane.ports.errors import MalformedMessage
from control_plane.ports.infrastructure import Clock
from control_plane.services.media.counts import StreamCounts
from control_plane.services.media.ear_witness import EarLeg
from control_plane.services.media.hearing import Deaf
from control_plane.services.media.line import Line
from control_plane.services.media.recorder import Recorder
from control_plane.services.media.socket import MediaSocket, SocketClosed
from control_plane.services.together import together

log = get_logger("media")

MALFORMED_LIMIT: Final = 100
"""So many unreadable messages on one socket, and it is closed."""

END_S: Final = 1.0
"""So long the end of a call waits for the end of its stream."""

RECORD_EVERY_FRAMES: Final = 25


class Perceiver(Protocol):
    """Whoever takes in what happens on the stream; never waits."""

    def __call__(self, event: TurnEvent) -> None: ...


class Listener(Protocol):
    """Whoever gets the caller's frames, for as long as the stream runs."""

    def feed(self, frame: bytes) -> None: ...

    def finalize(self) -> None: ...

    async def run(self) -> None: ...


class StreamOver(Exception):
    """The stream has ended; the way in which its tasks are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamParts:
    """What a stream works with."""

    socket: MediaSocket
    codec: MediaCodec
    line: Line
    gate: VadGate
    hearing: Listener | None
    recorder: Recorder | None
    eager: bool = False
    """Whether words are wanted as soon as the voice falls silent."""
    ear: EarLeg | None = None
    perceive: Perceiver
    clock: Clock
    metrics: Metrics
    spawn: Callable[..., object]


class MediaStream:
    """Turns socket messages into frames for ear, gate and recorder."""

    def __init__(self, started: MediaStarted, parts: StreamParts) -> None:
        self.stream_id = started.stream_id
        self.line = parts.line
        self.orderly = False
        """Whether the carrier said that the stream is over before it closed the socket."""
        self._parts = parts
        self._from_alaw = started.encoding is Encoding.PCMA
        self._reorder = Reorder()
        self._framer = Framer()
        self._malformed = 0
        self._frames = 0
        self._over = asyncio.Event()
        self._counts = StreamCounts(parts.metrics)

    @property
    def waiting(self) -> int:
        """Messages that were received and not worked yet."""
        return self._parts.socket.waiting

    async def run(self) -> None:
        """Until the socket closes or the carrier stops the stream."""
        self.line.playout.start_clock(self._parts.clock.steady())
        if self._parts.ear is not None:
            self._parts.ear.begin()
        try:
            hearing = self._parts.hearing
            await together(self._feed(), self.line.run(), *([] if hearing is None else [hearing.run()]))
        except* (StreamOver, SocketClosed, TimeoutError):
            pass
        except* Deaf as deaf:
            # A stream nobody listens to is of no use; after the second one the carrier transcribes.
            log.error("the recogniser refuses, the stream is given up", error=str(deaf.exceptions[0]))
        finally:
            self._heard_out()
            self.count()
            self._over.set()

    def end(self) -> None:
        """Let `run` come to its end; what has been received is still worked."""
        self._parts.socket.finish()

    async def aclose(self) -> None:
        """End, and wait until the last audio is worked."""
        self.end()
        try:
            async with asyncio.timeout(END_S):
                await self._over.wait()
        except TimeoutError:
            log.warning("the media stream does not end")

    async def _feed(self) -> None:
        await self._parts.socket.feed(self._take)
        raise StreamOver

    def _take(self, message: str | bytes) -> None:
        try:
            event = self._parts.codec.receive(message)
        except MalformedMessage as error:
            self._refuse(error)
            return
        match event:
            case AudioReceived(chunk=chunk, payload=payload):
                for piece in self._reorder.push(chunk, payload):
                    self._audio(piece)
            case MarkReturned(name=name):
                way_s = self.line.mark_returned(name)
                if way_s is not None and self._parts.ear is not None:
                    self._parts.ear.way(way_s)
            case KeyReceived(digit=digit):
                self._parts.perceive(DigitPressed(digit=digit))
            case MediaStopped():
                self.orderly = True
                raise StreamOver
            case MediaFault(code=code, title=title):
                log.warning("the carrier refused media", code=code, title=title)
            case SocketOpened() | MediaStarted() | None:
                pass

    def _refuse(self, error: MalformedMessage) -> None:
        self._parts.metrics.media_dropped_total.labels(reason="malformed").inc()
        self._malformed += 1
        if self._malformed == 1:
            log.warning("unreadable media message", error=str(error))
        if self._malformed >= MALFORMED_LIMIT:
            raise StreamOver

    def _audio(self, payload: bytes) -> None:
        if self._from_alaw:
            payload = payload.translate(ALAW_TO_ULAW)
        for frame in self._framer.push(payload):
            self._frame(frame)

    def _frame(self, frame: bytes) -> None:
        parts = self._parts
        self._frames += 1
        if parts.hearing is not None:
            parts.hearing.feed(frame)
        heard = parts.gate.feed(frame)
        if heard is not None:
            if parts.eager and parts.hearing is not None and isinstance(heard, SpeechStopped):
                parts.hearing.finalize()
            parts.perceive(heard)
            if parts.ear is not None:
                parts.ear.caller(heard)
        if parts.recorder is not None and parts.recorder.caller(frame):
            parts.spawn(parts.recorder.flush(), "write recording")
        if self._frames % RECORD_EVERY_FRAMES == 0:
            self._heard_out()

    def _heard_out(self) -> None:
        """What the caller has heard since the last time, for who keeps or measures it."""
        recorder, ear = self._parts.recorder, self._parts.ear
        if recorder is None and ear is None:
            return
        audio = self.line.playout.outbound(self._parts.clock.steady())
        if ear is not None:
            ear.agent(audio)
        if recorder is not None and recorder.agent(audio):
            self._parts.spawn(recorder.flush(), "write recording")

    def count(self) -> None:
        """Bring the metrics up to date: at the end, and whenever somebody looks."""
        self._counts.update(
            self._frames,
            self.line.frames_sent,
            overrun=self._parts.socket.dropped,
            lost=self._reorder.lost,
            late=self._reorder.late,
        )
