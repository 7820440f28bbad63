"""The stopwatch of one turn: which stage came when, and how long each took."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Stage(StrEnum):
    """The moments of a turn, in the order in which they come."""

    SPEECH_ENDED = "speech_ended"
    """The caller's voice fell silent."""
    STT_FINAL = "stt_final"
    """The recogniser's last word of the turn."""
    COMMITTED = "committed"
    """It was decided that the turn is over."""
    BRAIN_ASKED = "brain_asked"
    """Before the decision, when the reply was made ready ahead of it."""
    FIRST_TOKEN = "first_token"  # noqa: S105 - a word of the model, not a secret
    FIRST_CLAUSE = "first_clause"
    VOICE_ASKED = "voice_asked"
    FIRST_AUDIO = "first_audio"
    FIRST_FRAME = "first_frame"
    """The first frame of the reply was handed to the carrier."""
    VOICE_ENDED = "voice_ended"
    """The synthesiser's last sound of the reply came; a short one may be whole before its first frame goes out."""


_SPANS: Final = {
    "stt": (Stage.SPEECH_ENDED, Stage.STT_FINAL),
    "endpoint": (Stage.STT_FINAL, Stage.COMMITTED),
    "dispatch": (Stage.COMMITTED, Stage.BRAIN_ASKED),
    "brain": (Stage.BRAIN_ASKED, Stage.FIRST_TOKEN),
    "clause": (Stage.FIRST_TOKEN, Stage.FIRST_CLAUSE),
    "handover": (Stage.FIRST_CLAUSE, Stage.VOICE_ASKED),
    "voice": (Stage.VOICE_ASKED, Stage.FIRST_AUDIO),
    "playout": (Stage.FIRST_AUDIO, Stage.FIRST_FRAME),
}
_OWN: Final = ("dispatch", "handover", "playout")


_HIDDEN: Final = ("brain", "clause", "handover", "voice")
"""Stages that pass unnoticed as far as they lie before the decision that the turn is over."""


def waited_ms(durations: Mapping[str, float]) -> dict[str, float]:
    """What of each stage the caller waited for: of a reply that was made ready ahead, what was left at the decision."""
    hidden, waited = durations.get("ahead", 0.0), dict(durations)
    for name in _HIDDEN:
        whole = durations.get(name, 0.0)
        waited[name] = round(max(0.0, whole - hidden), 1)
        hidden = max(0.0, hidden - whole)
    return {name: ms for name, ms in waited.items() if name in durations}


class TurnTiming:
    """The marks of one turn, on any one clock in seconds. The first mark of a stage counts."""

    __slots__ = ("_marks",)

    def __init__(self) -> None:
        self._marks: dict[Stage, float] = {}

    def mark(self, stage: Stage, now: float) -> None:
        """Note that the stage is reached; ignored when it was before."""
        self._marks.setdefault(stage, now)

    def at(self, stage: Stage) -> float | None:
        """When the stage was reached."""
        return self._marks.get(stage)

    def durations_ms(self) -> dict[str, float]:
        """Milliseconds by name, to a tenth; a duration whose marks are missing is left out.

        `stt`, `endpoint`, `dispatch`, `brain`, `clause`, `handover`, `voice`, `playout` lie between neighbouring
        stages; `total` from the end of speech (or the final, when the voice was too soft to be noticed) to the first
        frame; `gateway` is our own share: dispatch, handover and playout, but not `endpoint`, which waits on purpose.
        Never negative: a recogniser may be sure of the end before the voice detector is. `ahead`: so long before the
        decision the model was asked; what lies within it passed while one waited anyway.
        """
        spans = {name: self._between(start, end) for name, (start, end) in _SPANS.items()}
        if (held := self._between(Stage.COMMITTED, Stage.FIRST_FRAME)) is not None and spans["playout"] is not None:
            spans["playout"] = min(spans["playout"], held)
        spans["ahead"] = self._between(Stage.BRAIN_ASKED, Stage.COMMITTED) or None
        start = Stage.SPEECH_ENDED if Stage.SPEECH_ENDED in self._marks else Stage.STT_FINAL
        spans["total"] = self._between(start, Stage.FIRST_FRAME)
        own = [span for name in _OWN if (span := spans[name]) is not None]
        spans["gateway"] = sum(own) if len(own) == len(_OWN) else None
        return {name: round(span, 1) for name, span in spans.items() if span is not None}

    def _between(self, start: Stage, end: Stage) -> float | None:
        if start not in self._marks or end not in self._marks:
            return None
        return max(0.0, self._marks[end] - self._marks[start]) * 1000
