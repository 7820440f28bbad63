"""How long something takes when it does not always take the same: the one place where a delay is drawn."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log
from random import Random
from typing import Any, Final

_P95_DEVIATIONS: Final = 1.6448536269514722
"""So many standard deviations above the middle lie 95 of 100 values of a normal distribution."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """A log-normal distribution: half of the draws lie below `p50`, 95 of 100 below `p95`."""

    p50: float
    p95: float

    def __post_init__(self) -> None:
        if not 0 < self.p50 <= self.p95:
            raise ValueError("a distribution is {p50, p95} with 0 < p50 <= p95")

    def draw(self, chance: Random) -> float:
        deviation = log(self.p95 / self.p50) / _P95_DEVIATIONS
        return self.p50 * exp(chance.gauss(0.0, deviation))


Delay = float | Spread
"""A fixed number, or a distribution that is drawn from at each occasion."""


def read_delay(value: object, *, may_spread: bool) -> Delay:
    """The JSON form: a number, or where allowed `{"p50": 47, "p95": 98}`. Raises ValueError."""
    if isinstance(value, bool):
        raise ValueError("a delay is a number from 0")
    if isinstance(value, int | float) and value >= 0:
        return value
    if may_spread and isinstance(value, Mapping) and set(value) == {"p50", "p95"}:
        return Spread(p50=_number(value["p50"]), p95=_number(value["p95"]))
    raise ValueError("a delay is a number from 0" + (", or {p50, p95}" if may_spread else ""))


class Draws:
    """Repeatable: each name has a sequence of its own, so that what one delay draws changes no other."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._chances: dict[str, Random] = {}

    def of(self, name: str, delay: Delay) -> float:
        """How long it takes this time, in the unit of `delay`."""
        if not isinstance(delay, Spread):
            return delay
        chance = self._chances.setdefault(name, Random(f"{self._seed}:{name}"))
        return delay.draw(chance)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("p50 and p95 are numbers")
    return float(value)
