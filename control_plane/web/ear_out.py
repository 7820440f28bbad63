"""What a call was like at the caller's ear, as the API gives it."""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, Field

from control_plane.core.quantile import of_values
from control_plane.ports.ears import EarRecord


class EarSpanOut(BaseModel):
    """From when to when, in seconds of the recording: its first stream began at 0."""

    from_s: float
    to_s: float

    @classmethod
    def at(cls, span: Sequence[int]) -> "EarSpanOut":
        return cls(from_s=span[0] / 1000, to_s=span[1] / 1000)


class EarOverlapOut(EarSpanOut):
    """Both were audible."""

    by: Literal["caller", "agent"]
    """Who came in while the other one spoke: `agent`, the bot talked over the caller."""
    yielded: bool
    """The caller came in, and the bot fell silent for it."""


class EarLengthsOut(BaseModel):
    """How long something took. Null without any."""

    count: int
    p50_ms: float | None
    p95_ms: float | None
    max_ms: float | None

    @classmethod
    def of(cls, spans: Sequence[Sequence[Any]], *, more: int = 0) -> "EarLengthsOut":
        lengths = [float(span[1] - span[0] + more) for span in spans]
        half, most, longest = (of_values(lengths, share) for share in (0.5, 0.95, 1))
        return cls(count=len(lengths), p50_ms=half, p95_ms=most, max_ms=longest)


class EarReasonOut(BaseModel):
    """One kind of thing that was wrong: how often, and how long the longest was."""

    code: Literal["dead_air", "talk_over", "late", "slow_yield", "hole"] = Field(
        description="`dead_air`: nobody spoke and the bot owed the answer. `talk_over`: the bot talked over the "
        "caller. `late`: an answer came late. `slow_yield`: the caller came in and the bot went on. `hole`: the bot's "
        "voice broke off in the middle of a sound."
    )
    count: int
    longest_ms: float


class EarWorstOut(EarSpanOut):
    """The ten seconds that were worst to listen to."""

    score: float
    """Comparable between calls: milliseconds of dead air, or what is as bad."""
    reasons: list[EarReasonOut]
    """Worst first."""


class EarOut(EarSpanOut):
    """What the call was like at the caller's ear, by what both tracks sound like."""

    latency: EarLengthsOut
    """From the caller's last sound to the bot's first: the gaps and `way_ms`."""
    way_ms: float
    """How long sound takes to the carrier and back, by the marks it returned: the recording does not show it."""
    yielding: EarLengthsOut
    """From the caller coming in to the bot's silence."""
    caller_s: float
    """How long the caller was audible."""
    agent_s: float
    gaps: list[EarSpanOut]
    """Each silence between the caller and the bot's answer."""
    overlaps: list[EarOverlapOut]
    dead_air: list[EarSpanOut]
    """Silences in which the bot owed something for more than two seconds; those that it ended are gaps too."""
    holes: list[EarSpanOut]
    """Where the bot's voice broke off in the middle of a sound."""
    dead_air_ms: int
    talk_over_ms: int
    """How long the bot talked over the caller."""
    worst: EarWorstOut | None
    """Null when nothing was wrong."""

    @classmethod
    def of(cls, ear: EarRecord) -> "EarOut":
        kept = ear.report
        overlaps, worst = kept["overlaps"], kept["worst"]
        return cls(
            from_s=kept["start"] / 1000,
            to_s=kept["end"] / 1000,
            way_ms=kept["way"],
            latency=EarLengthsOut.of(kept["gaps"], more=kept["way"]),
            yielding=EarLengthsOut.of([each for each in overlaps if each[3]]),
            caller_s=_seconds(kept["caller"]),
            agent_s=_seconds(kept["agent"]),
            gaps=[EarSpanOut.at(span) for span in kept["gaps"]],
            overlaps=[_overlap(each) for each in overlaps],
            dead_air=[EarSpanOut.at(span) for span in kept["dead_air"]],
            holes=[EarSpanOut.at(span) for span in kept["holes"]],
            dead_air_ms=ear.dead_air_ms,
            talk_over_ms=ear.talk_over_ms,
            worst=None if worst is None else _worst(worst),
        )


def _seconds(spans: Sequence[Sequence[int]]) -> float:
    return sum(span[1] - span[0] for span in spans) / 1000


def _overlap(kept: Sequence[Any]) -> EarOverlapOut:
    return EarOverlapOut(from_s=kept[0] / 1000, to_s=kept[1] / 1000, by=kept[2], yielded=kept[3])


def _worst(kept: dict[str, Any]) -> EarWorstOut:
    reasons = [EarReasonOut(code=code, count=count, longest_ms=longest) for code, count, longest in kept["reasons"]]
    return EarWorstOut(from_s=kept["start"] / 1000, to_s=kept["end"] / 1000, score=kept["score"], reasons=reasons)
