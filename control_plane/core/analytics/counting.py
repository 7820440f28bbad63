"""What one call that has ended adds to the figures: in which slices, in which steps of time."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from control_plane.core.analytics.histogram import slot_of
from control_plane.core.analytics.periods import STEPS
from control_plane.core.call.success import succeeded

LABEL_LIMIT: Final = 64
LABELS: Final = {"seller": "seller_id", "campaign": "campaign_id"}
"""Kinds of slices by what the call's metadata say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedTurn:
    """One thing said."""

    by_caller: bool
    started_at: float
    interrupted: bool
    answer_ms: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedCall:
    """A call with all that is counted of it."""

    tenant_id: str
    direction: str
    bot_id: str
    cause: str
    reason: str
    created_at: float
    answered_at: float | None
    ended_at: float
    metadata: Mapping[str, Any]
    turns: Sequence[EndedTurn]

    @property
    def talk_s(self) -> float:
        """From the answer to the end."""
        return 0.0 if self.answered_at is None else max(0.0, self.ended_at - self.answered_at)

    @property
    def slices(self) -> list[tuple[str, str]]:
        """Kinds and keys of the slices that it is in."""
        labels = [(kind, self.metadata.get(name)) for kind, name in LABELS.items()]
        named = [(kind, label[:LABEL_LIMIT]) for kind, label in labels if isinstance(label, str) and label]
        return [("all", ""), ("bot", self.bot_id), ("cause", self.cause), *named]


@dataclass(frozen=True, slots=True)
class Cell:
    """Where something is counted."""

    tenant_id: str
    kind: str
    step: int
    direction: str
    bucket: int
    key: str


@dataclass(slots=True)
class Sums:
    """What is counted in one cell."""

    counts: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    latencies: Counter[int] = field(default_factory=Counter)
    """By slot of `histogram`."""


def counted(calls: Iterable[EndedCall]) -> dict[Cell, Sums]:
    """What these calls add, by cell."""
    found: defaultdict[Cell, Sums] = defaultdict(Sums)
    for call in calls:
        spoke = any(turn.by_caller for turn in call.turns)
        answered = call.answered_at is not None
        once = {
            "calls": 1,
            "answered": int(answered),
            "talked": int(answered and spoke),
            "succeeded": int(answered and succeeded(call.cause, call.reason, caller_spoke=spoke)),
        }
        for cell in _cells(call, call.created_at):
            sums = found[cell]
            sums.counts.update(once)
            sums.seconds += call.talk_s
        for turn in call.turns:
            _add_turn(found, call, turn=turn)
    return dict(found)


def _add_turn(found: defaultdict[Cell, Sums], call: EndedCall, *, turn: EndedTurn) -> None:
    answer = None if turn.by_caller or turn.answer_ms is None else slot_of(turn.answer_ms)
    cut_off = not turn.by_caller and turn.interrupted
    for cell in _cells(call, turn.started_at):
        sums = found[cell]
        sums.counts["messages"] += 1
        sums.counts["barge_ins"] += cut_off
        if answer is not None:
            sums.latencies[answer] += 1


def _cells(call: EndedCall, at: float) -> Iterator[Cell]:
    for step in STEPS:
        bucket = int(at // step) * step
        for kind, key in call.slices:
            for direction in (call.direction, "*"):
                yield Cell(call.tenant_id, kind, step, direction, bucket, key)
