"""What can be asked about calls: the shape of a question and of its answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, Literal, TypeVar

from control_plane.core.analytics.periods import Interval
from control_plane.services.analytics.total import Total

T = TypeVar("T")

Metric = Literal["calls", "answered", "talked", "succeeded", "minutes", "turns", "latency_p95", "barge_ins"]
Dimension = Literal["bot", "hour", "weekday", "cause", "direction", "seller", "campaign"]

METRICS: Final[dict[Metric, tuple[tuple[str, ...], Callable[[Total], float | None]]]] = {
    "calls": (("calls",), lambda total: total.calls),
    "answered": (("answered",), lambda total: total.answered),
    "talked": (("talked",), lambda total: total.talked),
    "succeeded": (("succeeded",), lambda total: total.succeeded),
    "minutes": (("seconds",), lambda total: total.minutes),
    "turns": (("latencies",), lambda total: total.turns),
    "latency_p95": (("latencies",), lambda total: total.latency_ms(0.95)),
    "barge_ins": (("barge_ins",), lambda total: total.barge_ins),
}
"""Which columns a metric needs, and how it is read off their totals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Over which calls."""

    tenant_id: str
    since: int
    until: int
    """Both at borders of quarters of an hour."""
    zone: str
    bot_id: str = ""
    direction: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How up to date an answer is."""

    at: float
    """When it was added up."""
    as_of: float
    """Calls that began before and have ended are all counted."""
    waiting: int
    """Calls that have ended and are not counted yet."""
    live: int
    """Calls that have not ended: they are not among the figures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Generic[T]):
    scope: Scope
    standing: Standing
    value: T


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One stretch of a series."""

    since: int
    until: int
    value: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    metric: Metric
    interval: Interval
    points: Sequence[Point]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The calls with one key of a dimension."""

    key: str
    total: Total
