"""What an alert rule says."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from control_plane.core.alert.figures import Measurable

LONGEST_WINDOW_S: Final = 86_400.0


class Severity(StrEnum):
    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class Aggregation(StrEnum):
    """How figures become the one value that is compared."""

    VALUE = "value"
    """The figure as it is now."""
    RATE = "rate"
    """Growth of a counter a second, over the window."""
    INCREASE = "increase"
    """Growth of a counter over the window."""
    P50 = "p50"
    P95 = "p95"
    P99 = "p99"
    """Quantiles of what a histogram observed within the window."""
    RATIO = "ratio"
    """Growth of one counter divided by the growth of another, over the window."""


QUANTILES: Final[Mapping[Aggregation, float]] = MappingProxyType(
    {Aggregation.P50: 0.5, Aggregation.P95: 0.95, Aggregation.P99: 0.99}
)
KINDS: Final[Mapping[Aggregation, tuple[str, ...]]] = MappingProxyType(
    {
        Aggregation.VALUE: ("gauge", "counter"),
        Aggregation.RATE: ("counter",),
        Aggregation.INCREASE: ("counter",),
        Aggregation.RATIO: ("counter",),
        **dict.fromkeys(QUANTILES, ("histogram",)),
    }
)


class Comparison(StrEnum):
    ABOVE = ">"
    AT_LEAST = ">="
    BELOW = "<"
    AT_MOST = "<="


Filter = Mapping[str, tuple[str, ...]]
"""Which figures count, by label: those that have one of the words. All of them when a label is not named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Raise an alert while `aggregation` of `metric` compares to `threshold`. Times in seconds."""

    id: str
    name: str
    metric: str
    aggregation: Aggregation
    comparison: Comparison
    threshold: float
    labels: Filter = field(default_factory=dict)
    by: tuple[str, ...] = ()
    """One alert for every combination of these labels' values; empty: one for all together."""
    over: str = ""
    """The counter that a ratio divides by; empty: `metric`, without the filter."""
    over_labels: Filter = field(default_factory=dict)
    minimum: float = 0.0
    """Fewer observations (quantile), or less growth of the divisor (ratio), are no data."""
    hysteresis: float = 0.0
    """How far past the threshold a value has to come back to be good, as a part of the threshold."""
    window_s: float = 300.0
    for_s: float = 0.0
    """How long the value has to be bad before the alert is raised, and good before it is resolved."""
    severity: Severity = Severity.WARNING
    tenant: str = ""
    """Empty: the whole installation."""
    repeat_after_s: float = 3600.0
    """How often an open alert is told again; 0: never."""
    channels: tuple[str, ...] = ()
    """Names of channels; empty: all."""
    enabled: bool = True

    def is_bad(self, value: float) -> bool:
        return _holds(self.comparison, value, threshold=self.threshold)

    def is_good(self, value: float) -> bool:
        """Past the threshold and the hysteresis: between bad and good nothing changes."""
        slack = abs(self.threshold) * self.hysteresis
        above = self.comparison in (Comparison.ABOVE, Comparison.AT_LEAST)
        edge = self.threshold - slack if above else self.threshold + slack
        return not _holds(self.comparison, value, threshold=edge)


def _holds(comparison: Comparison, value: float, *, threshold: float) -> bool:
    match comparison:
        case Comparison.ABOVE:
            return value > threshold
        case Comparison.AT_LEAST:
            return value >= threshold
        case Comparison.BELOW:
            return value < threshold
        case Comparison.AT_MOST:
            return value <= threshold


def faults(rule: Rule, catalogue: Mapping[str, Measurable]) -> Iterator[str]:
    """Why the rule could never work with these metrics, for people; nothing when it can."""
    metric = catalogue.get(rule.metric)
    if metric is None:
        yield f"metric: there is no {rule.metric}"
        return
    if metric.kind not in KINDS[rule.aggregation]:
        yield f"aggregation: {rule.aggregation} needs a {' or '.join(KINDS[rule.aggregation])}, not a {metric.kind}"
    yield from _unknown_labels("labels", rule.labels, metric=metric)
    yield from _unknown_labels("by", rule.by, metric=metric)
    yield from _divisor_faults(rule, catalogue)
    if rule.aggregation in QUANTILES and metric.edges and rule.threshold >= metric.edges[-1]:
        yield f"threshold: has to be below {metric.edges[-1]:g}, the last edge of the metric"
    if not 0 < rule.window_s <= LONGEST_WINDOW_S:
        yield f"window_s: has to be at most {LONGEST_WINDOW_S:g} seconds and more than none"
    if not all(map(math.isfinite, (rule.threshold, rule.minimum, rule.for_s, rule.repeat_after_s))):
        yield "threshold: numbers have to be finite"


def _divisor_faults(rule: Rule, catalogue: Mapping[str, Measurable]) -> Iterator[str]:
    if rule.aggregation is not Aggregation.RATIO:
        if rule.over or rule.over_labels:
            yield "over: only a ratio divides"
        return
    divisor = catalogue.get(rule.over or rule.metric)
    if divisor is None or divisor.kind != "counter":
        yield f"over: there is no counter {rule.over or rule.metric}"
        return
    yield from _unknown_labels("over_labels", rule.over_labels, metric=divisor)
    yield from _unknown_labels("by", rule.by, metric=divisor)


def _unknown_labels(field_name: str, named: Iterable[str], *, metric: Measurable) -> Iterator[str]:
    for label in named:
        if label not in metric.labels:
            yield f"{field_name}: the metric has no label {label}"
