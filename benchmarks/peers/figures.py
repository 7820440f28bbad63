"""From the steps of all systems to the figures that are compared, and how many times one is the other."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from benchmarks.peers.climb import Verdict
from benchmarks.results import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One number of calls, tried once. `result` is None when the system fell silent."""

    system: str
    repeat: int
    calls: int
    verdict: Verdict
    reason: str
    result: Result | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How far a system came in one repetition; a lower bound unless the next step was seen to break."""

    system: str
    repeat: int
    held: int
    seen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """One figure over the repetitions."""

    low: float
    middle: float
    high: float
    bound: bool = False
    """At least so much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One figure of a system: `pick` finds the steps that show it."""

    name: str
    pick: Callable[[Sequence[Step]], Sequence[Step]]
    value: Callable[[Result], float | None]
    digits: int = 1


CAPACITY: Final = "calls on one core"
WHOLE: Final = "calls on one core without holes in the speech, at best"
CPU: Final = "processor per call, % of a core"


def alone(steps: Sequence[Step]) -> Sequence[Step]:
    """One call."""
    return [step for step in steps if step.calls == 1]


def full(steps: Sequence[Step]) -> Sequence[Step]:
    """The most calls that held, holes or not, in each repetition."""
    best: dict[int, Step] = {}
    for step in steps:
        if step.verdict in (Verdict.HELD, Verdict.HOLES) and step.calls >= getattr(best.get(step.repeat), "calls", 0):
            best[step.repeat] = step
    return list(best.values())


def every(steps: Sequence[Step]) -> Sequence[Step]:
    return steps


METRICS: Final = (
    Metric(name="share p50 at one call, ms", pick=alone, value=lambda result: result.share_ms["p50"]),
    Metric(name="share p95 at one call, ms", pick=alone, value=lambda result: result.share_ms["p95"]),
    Metric(name="turn at the ear p50 at one call, ms", pick=alone, value=lambda r: r.latency_ms["p50"], digits=0),
    Metric(name="to clear p50 at one call, ms", pick=alone, value=lambda r: r.clear_ms["p50"], digits=0),
    Metric(name="share p95 at the most calls, ms", pick=full, value=lambda result: result.share_ms["p95"]),
    Metric(name="turn at the ear p50 at the most calls, ms", pick=full, value=lambda r: r.latency_ms["p50"], digits=0),
    Metric(name="to clear p95 at the most calls, ms", pick=full, value=lambda r: r.clear_ms["p95"], digits=0),
    Metric(name="longest gap at the most calls, ms", pick=full, value=lambda r: r.gap_max_ms, digits=0),
    Metric(name=CPU, pick=full, value=lambda result: result.cpu_percent, digits=2),
    Metric(name="memory per call, MB", pick=full, value=lambda result: result.mb_per_call, digits=2),
    Metric(name="memory without calls, MB", pick=every, value=lambda result: result.rss_idle_mb, digits=0),
    Metric(name="start to ready, s", pick=every, value=lambda result: result.ready_s, digits=2),
)
"""Less is better in all of these."""
MORE_IS_BETTER: Final = (CAPACITY, WHOLE)

Figures = Mapping[str, Spread | None]
"""By the name of the metric; None: not known."""


def figures(system: str, steps: Sequence[Step], *, limits: Sequence[Limit]) -> Figures:
    own = [step for step in steps if step.system == system]
    climbed = [limit for limit in limits if limit.system == system]
    found: dict[str, Spread | None] = {CAPACITY: _capacity(climbed), WHOLE: _whole(own, climbed)}
    for metric in METRICS:
        results = [step.result for step in metric.pick(own) if step.result is not None]
        found[metric.name] = spread([value for one in results if (value := metric.value(one)) is not None])
    return found


def spread(values: Sequence[float], *, bound: bool = False) -> Spread | None:
    """None when there is no value."""
    if not values:
        return None
    return Spread(low=min(values), middle=median(values), high=max(values), bound=bound)


def ratio(name: str, ours: Figures, *, theirs: Figures) -> Spread | None:
    """How many times better the gateway is: above 1 the gateway, below 1 the peer.

    From the least favourable to the most favourable pair of repetitions; None where a figure is missing or nothing.
    """
    own, other = ours[name], theirs[name]
    if own is None or other is None:
        return None
    more, less = (own, other) if name in MORE_IS_BETTER else (other, own)
    if less.low <= 0 or more.low <= 0:
        return None
    return Spread(
        low=more.low / less.high,
        middle=more.middle / less.middle,
        high=more.high / less.low,
        bound=name in MORE_IS_BETTER and own.bound,
    )


def _capacity(limits: Sequence[Limit]) -> Spread | None:
    return spread([limit.held for limit in limits], bound=any(not limit.seen for limit in limits))


def _whole(steps: Sequence[Step], limits: Sequence[Limit]) -> Spread | None:
    """The best of all repetitions, because later ones begin at the limit and pass over what lies below."""
    whole = [step.calls for step in steps if step.verdict is Verdict.HELD]
    if not whole:
        return spread([0.0] if steps else [])
    most = max(whole)
    return spread([most], bound=any(limit.held == most and not limit.seen for limit in limits))
