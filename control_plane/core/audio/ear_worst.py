"""The stretch of a call that was worst to listen to, and why."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final, Literal

Kind = Literal["dead_air", "talk_over", "late", "slow_yield", "hole"]

WEIGHTS: Final[Mapping[Kind, float]] = {"dead_air": 1.0, "talk_over": 1.5, "late": 1.0, "slow_yield": 1.0, "hole": 4.0}
"""How bad a millisecond of each is: a silence is borne more easily than a voice that breaks off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blemish:
    """Something that went wrong: from when to when, in ms of the call."""

    kind: Kind
    start: int
    end: int
    whole: int = 0
    """What the caller experienced, when the blemish is only the part of it that was too much; 0: all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One kind of blemish within the stretch, worst first: how often, and the longest one in ms."""

    kind: Kind
    count: int
    longest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Worst:
    """The stretch. `score` is comparable between calls: milliseconds of dead air, or what is as bad."""

    start: int
    end: int
    score: int
    reasons: Sequence[Reason]


def worst_of(blemishes: Sequence[Blemish], *, start: int, end: int, window: int) -> Worst | None:
    """The `window` (ms) between `start` and `end` with the worst in it; None when nothing was wrong.

    The score of a window is piecewise linear in where it begins, so that the worst begins or ends with a blemish.
    """
    if not blemishes:
        return None
    badness = _Badness(blemishes)
    latest = max(start, end - window)
    edges = {min(max(start, edge), latest) for each in blemishes for edge in (each.start, each.end - window)}
    best = max(sorted(edges), key=lambda begin: round(badness.between(begin, begin + window)))
    score = round(badness.between(best, best + window))
    if score <= 0:
        return None
    best = _centred(blemishes, best, badness=badness, window=window, latest=latest, start=start)
    until = min(end, best + window)
    return Worst(start=best, end=until, score=score, reasons=_reasons(blemishes, best, end=until))


def _centred(
    blemishes: Sequence[Blemish], best: int, *, badness: "_Badness", window: int, latest: int, start: int
) -> int:
    """The blemishes in the middle, if they fit and that loses nothing: what led to them is to be heard."""
    inside = [each for each in blemishes if each.start < best + window and each.end > best]
    first, last = min(each.start for each in inside), max(each.end for each in inside)
    if last - first > window:
        return best
    shifted = min(max(start, (first + last - window) // 2), latest)
    same = badness.between(shifted, shifted + window) >= badness.between(best, best + window) - 0.5
    return shifted if same else best


def _reasons(blemishes: Sequence[Blemish], start: int, *, end: int) -> list[Reason]:
    inside: dict[Kind, list[Blemish]] = {}
    for each in blemishes:
        if each.start < end and each.end > start:
            inside.setdefault(each.kind, []).append(each)

    def weight(kind: Kind) -> float:
        return WEIGHTS[kind] * sum(min(each.end, end) - max(each.start, start) for each in inside[kind])

    return [
        Reason(
            kind=kind,
            count=len(inside[kind]),
            longest=max(each.whole or each.end - each.start for each in inside[kind]),
        )
        for kind in sorted(inside, key=weight, reverse=True)
    ]


class _Badness:
    """How bad the call was from its beginning up to any time."""

    def __init__(self, blemishes: Sequence[Blemish]) -> None:
        slopes: dict[int, float] = {}
        for each in blemishes:
            slopes[each.start] = slopes.get(each.start, 0.0) + WEIGHTS[each.kind]
            slopes[each.end] = slopes.get(each.end, 0.0) - WEIGHTS[each.kind]
        self._times = sorted(slopes)
        self._slopes = list(accumulate(slopes[time] for time in self._times))
        grown = ((two - one) * slope for (one, two), slope in zip(pairwise(self._times), self._slopes, strict=False))
        self._sums = list(accumulate(grown, initial=0.0))

    def _until(self, time: int) -> float:
        at = bisect_right(self._times, time) - 1
        return 0.0 if at < 0 else self._sums[at] + (time - self._times[at]) * self._slopes[at]

    def between(self, start: int, end: int) -> float:
        return self._until(end) - self._until(start)
