"""What a rule's figures did over its window."""

import math
from collections import deque
from collections.abc import Iterable, Mapping
from typing import Final

from control_plane.core.alert.reading import Group, Reading
from control_plane.core.alert.rule import QUANTILES, Aggregation, Comparison, Rule

Growth = Mapping[Group, tuple[float, ...]]

STEPS: Final = 60
"""A window is kept in at most this many steps (and one more at its edge), however often it is looked at."""


class Window:
    """The recent past of one rule, from readings in the order of time.

    A counter that falls began anew: its value is its growth. A group that was not there before has grown from zero.
    """

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        self._since: float | None = None
        self._last = Reading(numbers={})
        self._growth: deque[tuple[float, Growth]] = deque()
        self._step_began = -math.inf
        self._fresh = False

    @property
    def groups(self) -> frozenset[Group]:
        """Those of which the window knows something."""
        grown = {group for _, growth in self._growth for group in growth}
        return frozenset(grown | set(self._last.numbers))

    def push(self, at: float, reading: Reading | None) -> None:
        """None: nothing was measured. What grew meanwhile shows in the next reading."""
        self._fresh = reading is not None
        if reading is None:
            return
        if self._since is None:
            self._since, self._last = at, reading
            return
        if reading.edges != self._last.edges:
            # Before its first observation a histogram with labels has no buckets: these count from zero.
            self._growth.clear()
            self._last = Reading(numbers={}, edges=reading.edges)
        if self._rule.aggregation is not Aggregation.VALUE:
            self._add(at, _growth(self._last.numbers, reading.numbers))
        self._last = reading

    def value(self, group: Group, at: float) -> float | None:
        """The value that the rule compares; None when there is no data."""
        rule = self._rule
        if not self._fresh or self._since is None:
            return None
        if rule.aggregation is Aggregation.VALUE:
            numbers = self._last.numbers.get(group)
            return None if numbers is None else numbers[0]
        span = min(rule.window_s, at - self._since)
        if span <= 0:
            return None
        grown = self._grown(group, at)
        return self._of_growth(grown, span)

    def _of_growth(self, grown: tuple[float, ...], span: float) -> float | None:
        rule = self._rule
        match rule.aggregation:
            case Aggregation.RATE:
                return grown[0] / span if grown else 0.0
            case Aggregation.INCREASE:
                low = rule.comparison in (Comparison.BELOW, Comparison.AT_MOST)
                # Over a part of the window a counter grows less: too little shows only in the whole.
                return None if low and span < rule.window_s else (grown[0] if grown else 0.0)
            case Aggregation.RATIO:
                enough = bool(grown) and grown[1] > 0 and grown[1] >= rule.minimum
                return grown[0] / grown[1] if enough else None
            case _:
                return quantile(QUANTILES[rule.aggregation], self._last.edges, counts=grown, minimum=rule.minimum)

    def _grown(self, group: Group, at: float) -> tuple[float, ...]:
        begin = at - self._rule.window_s
        return _sum(growth[group] for then, growth in self._growth if then > begin and group in growth)

    def _add(self, at: float, growth: Growth) -> None:
        if self._growth and at < self._step_began + self._rule.window_s / STEPS:
            _, before = self._growth.pop()
            growth = {group: _sum(g[group] for g in (before, growth) if group in g) for group in {*before, *growth}}
        else:
            self._step_began = at
        self._growth.append((at, growth))
        while self._growth[0][0] <= at - self._rule.window_s:
            self._growth.popleft()


def quantile(q: float, edges: tuple[float, ...], *, counts: tuple[float, ...], minimum: float = 0.0) -> float | None:
    """Of observations in buckets: `counts[i]` were at most `edges[i]`, the last edge is infinite.

    Evenly spread within a bucket; beyond the last finite edge that edge is the answer. None with too few of them.
    """
    if not counts or counts[-1] <= 0 or counts[-1] < minimum:
        return None
    rank = q * counts[-1]
    index = next(i for i, count in enumerate(counts) if count >= rank)
    if math.isinf(edges[index]):
        return edges[index - 1] if index else None
    below, left = (counts[index - 1], edges[index - 1]) if index else (0.0, min(0.0, edges[0]))
    inside = counts[index] - below
    return left + (edges[index] - left) * ((rank - below) / inside if inside else 1.0)


def _growth(before: Growth, now: Growth) -> Growth:
    grown = {}
    for group, numbers in now.items():
        old = before.get(group, (0.0,) * len(numbers))
        anew = any(new < last for new, last in zip(numbers, old, strict=True))
        grown[group] = numbers if anew else tuple(new - last for new, last in zip(numbers, old, strict=True))
    return grown


def _sum(tuples: Iterable[tuple[float, ...]]) -> tuple[float, ...]:
    return tuple(map(sum, zip(*tuples, strict=True)))
