"""Which numbers of a snapshot a rule looks at."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from control_plane.core.alert.figures import Family, Figure, Snapshot
from control_plane.core.alert.rule import QUANTILES, Aggregation, Filter, Rule

Group = tuple[str, ...]
"""Values of the labels in `Rule.by`, in their order."""

MOST_GROUPS: Final = 50
"""For one rule. Label values come from small sets; what is beyond is left out, in alphabetical order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Numbers by group: one figure, the two counters of a ratio, or the buckets of a histogram up to each edge."""

    numbers: Mapping[Group, tuple[float, ...]]
    edges: tuple[float, ...] = ()


def read(rule: Rule, snapshot: Snapshot) -> Reading | None:
    """None when the metric was not measured. Figures of one group are added up."""
    family = snapshot.get(rule.metric)
    if family is None:
        return None
    if rule.aggregation in QUANTILES:
        return _buckets(rule, family)
    if rule.aggregation is Aggregation.RATIO:
        return _ratio(rule, family, divisor=snapshot.get(rule.over or rule.metric))
    sums = _sums(rule, _matching(family.figures, rule.labels))
    if not rule.by and family.kind == "counter":
        sums.setdefault((), 0.0)
    return Reading(numbers=_bounded({group: (value,) for group, value in sums.items()}))


def _ratio(rule: Rule, family: Family, *, divisor: Family | None) -> Reading | None:
    if divisor is None:
        return None
    parts = _sums(rule, _matching(family.figures, rule.labels))
    wholes = _sums(rule, _matching(divisor.figures, rule.over_labels))
    groups = {*parts, *wholes} if rule.by else {()}
    return Reading(numbers=_bounded({group: (parts.get(group, 0.0), wholes.get(group, 0.0)) for group in groups}))


def _buckets(rule: Rule, family: Family) -> Reading:
    found = [figure for figure in _matching(family.figures, rule.labels) if figure.edge is not None]
    edges = sorted({figure.edge for figure in found if figure.edge is not None})
    columns = [_sums(rule, (figure for figure in found if figure.edge == edge)) for edge in edges]
    groups = {group for column in columns for group in column}
    numbers = {group: tuple(column.get(group, 0.0) for column in columns) for group in groups}
    return Reading(numbers=_bounded(numbers), edges=tuple(edges))


def _matching(figures: Iterable[Figure], wanted: Filter) -> Iterable[Figure]:
    def admits(figure: Figure) -> bool:
        return all(figure.labels.get(label) in words for label, words in wanted.items())

    return filter(admits, figures)


def _sums(rule: Rule, figures: Iterable[Figure]) -> dict[Group, float]:
    sums: dict[Group, float] = defaultdict(float)
    for figure in figures:
        sums[tuple(figure.labels.get(label, "") for label in rule.by)] += figure.value
    return dict(sums)


def _bounded(numbers: Mapping[Group, tuple[float, ...]]) -> Mapping[Group, tuple[float, ...]]:
    return {group: numbers[group] for group in sorted(numbers)[:MOST_GROUPS]}
