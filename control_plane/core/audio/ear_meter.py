"""Who was audible when, noted while a call goes on: the caller by the voice gate, the agent by what the ear got.

Memory is bounded: of a call with more sounds than `LIMIT` of one side the rest is not noted.
"""

from array import array
from typing import Final

from control_plane.core.audio.ear_report import Heard, Span
from control_plane.core.audio.frames import FRAME_BYTES, FRAME_MS, SILENCE, Encoding
from control_plane.core.audio.g711 import magnitude, magnitude_at

LIMIT: Final = 4000

AUDIBLE_DBFS: Final = -50.0
"""Mean amplitude of a frame of the agent that a caller hears."""
SAME_SOUND_MS: Final = 300
"""Shorter pauses of one side are part of its sound."""

CUT_DBFS: Final = -36.0
"""A sound this loud does not fall to nothing, or rise from it, within a frame: it was cut."""
HOLE_MS: Final = (40, 5000)
"""Shortest and longest hole."""
SPEAKING_MS: Final = 600
"""A hole within so long of the caller's voice is the agent falling silent for him."""

_EDGE: Final = FRAME_BYTES // 4
_AUDIBLE: Final = magnitude_at(AUDIBLE_DBFS)
_CUT: Final = magnitude_at(CUT_DBFS) // 4
_NOTHING: Final = SILENCE[Encoding.PCMU]


class _Spans:
    """Spans of one side in order, each 8 bytes; those that almost touch are one."""

    __slots__ = ("_join", "_numbers")

    def __init__(self, join: int) -> None:
        self._join = join
        self._numbers = array("I")

    def add(self, start: int, end: int) -> None:
        numbers = self._numbers
        if numbers and start - numbers[-1] <= self._join:
            numbers[-1] = max(numbers[-1], end)
        elif len(numbers) < 2 * LIMIT:
            numbers.extend((start, max(start, end)))

    def all(self) -> list[Span]:
        return list(zip(self._numbers[::2], self._numbers[1::2], strict=True))


class EarMeter:
    """Takes what was audible, side by side; times are ms of the call. Parts of one side come in their order."""

    __slots__ = ("_agent", "_blind", "_broke_off", "_caller", "_end", "_holes", "_last", "_since", "_start")

    def __init__(self) -> None:
        self._caller = _Spans(SAME_SOUND_MS)
        self._agent = _Spans(SAME_SOUND_MS)
        self._holes = _Spans(-1)
        self._blind = _Spans(0)
        self._start: int | None = None
        self._end = 0
        self._since: int | None = None
        """Since when the caller speaks."""
        self._broke_off: int | None = None
        """When the agent's voice was cut, while nothing has followed."""
        self._last = b""
        """The frame before, while it was not silence."""

    def caller_began(self, at: int) -> None:
        """The first frame of the caller's voice began at `at`."""
        self._since = max(0, at)

    def caller_ended(self, at: int) -> None:
        """The last frame of the caller's voice ended at `at`."""
        if self._since is not None:
            self._caller.add(self._since, max(at, self._since))
            self._since = None

    def agent(self, at: int, audio: bytes) -> None:
        """What the ear got of the agent from `at` on: whole frames of PCMU, silence included."""
        self._begin(at)
        if at > self._end:
            self._blind.add(self._end, at)
        for offset in range(0, len(audio), FRAME_BYTES):
            frame = audio[offset : offset + FRAME_BYTES]
            if frame == _NOTHING:
                self._nothing(at)
            else:
                self._something(at, frame)
            at += FRAME_MS
        self._end = max(self._end, at)

    def over(self, at: int) -> None:
        """The audio ends here: with it what was still going on."""
        self._begin(at)
        self.caller_ended(at)
        self._broke_off, self._last = None, b""
        self._end = max(self._end, at)

    def heard(self) -> Heard | None:
        """Everything up to now; None without any audio."""
        if self._start is None:
            return None
        return Heard(
            start=self._start,
            end=self._end,
            caller=self._caller.all(),
            agent=self._agent.all(),
            holes=self._holes.all(),
            blind=self._blind.all(),
        )

    def _begin(self, at: int) -> None:
        if self._start is None:
            self._start = self._end = max(0, at)

    def _nothing(self, at: int) -> None:
        if self._last:
            self._broke_off = at if magnitude(self._last[-_EDGE:]) > _CUT else None
            self._last = b""

    def _something(self, at: int, frame: bytes) -> None:
        if self._broke_off is not None:
            self._goes_on(self._broke_off, at, frame=frame)
            self._broke_off = None
        if magnitude(frame) > _AUDIBLE:
            self._agent.add(at, at + FRAME_MS)
        self._last = frame

    def _goes_on(self, since: int, at: int, *, frame: bytes) -> None:
        shortest, longest = HOLE_MS
        if shortest <= at - since <= longest and magnitude(frame[:_EDGE]) > _CUT and not self._for_caller(since, at):
            self._holes.add(since, at)

    def _for_caller(self, since: int, until: int) -> bool:
        """Whether the caller spoke about then, so that the agent had a reason to fall silent."""
        spoken = self._caller.all()[-1:] if self._since is None else [(self._since, until)]
        return any(start < until + SPEAKING_MS and end > since - SPEAKING_MS for start, end in spoken)
