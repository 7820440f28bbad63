"""What the caller puts on the line, 20 ms at a time."""

from collections import deque
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol

from simulator.audio.levels import FRAME, SILENT_FRAME, voiced_span
from simulator.audio.speech import line_noise, over_noise
from simulator.spoken import Spoken, SpokenLedger

Kind = Literal["say", "interrupt", "backchannel", "cough", "noise", "greeting", "beep"]
_NOISE_FRAMES: Final = 100


@dataclass(slots=True, kw_only=True, eq=False)
class Utterance:
    """Something the caller utters. Times are those of the clock of the line; None until it happened."""

    text: str
    kind: Kind
    audio: bytes
    started_at: float | None = None
    first_loud_at: float | None = None
    ended_at: float | None = None
    """When the last voiced frame had been sent."""
    spoken: Spoken | None = None
    over: bool = False
    """All its audio was sent."""
    place: int = 0
    """Number of the next frame."""
    before: "tuple[Utterance, ...]" = ()
    """Earlier parts of the same turn."""
    pause_frames: int | None = None
    """The turn goes on after so many silent frames; None: it ends here."""
    span: tuple[int, int] = field(init=False)

    def __post_init__(self) -> None:
        self.span = voiced_span(self.audio)


class Told(Protocol):
    """Hears what becomes of an utterance: "began", "loud" (first audible frame), "ended" (last one), "over"."""

    def __call__(self, utterance: Utterance, moment: str, *, at: float) -> None: ...


class Mouth:
    """Gives a frame for every tick: the utterance at hand, else the idle line."""

    def __init__(self, ledger: SpokenLedger, call: str, *, told: Told) -> None:
        self._ledger = ledger
        self._call = call
        self._told = told
        self._queue: deque[Utterance] = deque()
        self._noise = b""
        self._noise_at = 0
        self._pausing = 0
        """Silent frames before the next part of a turn."""

    def set_noise(self, seed: int, dbfs: float) -> None:
        """Lay steady noise under everything that is uttered from here on."""
        self._noise = line_noise(seed, dbfs)

    def utter(self, utterance: Utterance) -> None:
        if self._noise:
            utterance.audio = over_noise(utterance.audio, self._noise)
        self._queue.append(utterance)

    def next_frame(self, now: float) -> tuple[bytes, Spoken | None]:
        """The next 20 ms and the stretch it belongs to; the sender appends what it really sends."""
        if not self._queue or self._pausing:
            self._pausing = self._pausing - 1 if self._pausing else 0
            return self._idle() if self._noise else SILENT_FRAME, None
        utterance = self._queue[0]
        if utterance.place == 0:
            utterance.started_at = now
            utterance.spoken = self._ledger.begin(utterance.text, speaker="caller", call=self._call)
            self._told(utterance, "began", at=now)
        start = utterance.place * FRAME
        frame = utterance.audio[start : start + FRAME]
        if utterance.place in utterance.span:
            self._report(utterance, now)
        utterance.place += 1
        spoken = utterance.spoken
        if utterance.place * FRAME >= len(utterance.audio):
            utterance.over = True
            self._pausing = utterance.pause_frames or 0
            self._queue.popleft()
            self._told(utterance, "over", at=now)
        return frame + SILENT_FRAME[len(frame) :], spoken

    def _report(self, utterance: Utterance, now: float) -> None:
        first, last = utterance.span
        if utterance.place == first:
            utterance.first_loud_at = now
            self._told(utterance, "loud", at=now)
        if utterance.place == last:
            utterance.ended_at = now
            self._told(utterance, "ended", at=now)

    def _idle(self) -> bytes:
        self._noise_at = (self._noise_at + 1) % _NOISE_FRAMES
        return self._noise[self._noise_at * FRAME : (self._noise_at + 1) * FRAME]
