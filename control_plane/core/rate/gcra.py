"""Whether one more may go now: the generic cell rate algorithm.

All that is remembered is one number, the time at which the account would be even again (`even_at`). Each request puts
it off by `1 / rate`; it may lie at most `burst` requests ahead. In any window of `t` seconds at most `burst + rate * t`
go.
"""

from dataclasses import dataclass
from typing import Final

SLACK: Final = 1e-6
"""Seconds that rounding may make a request early: who waited as long as told is let in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """`rate` requests a second in the long run, `burst` at once."""

    rate: float
    burst: int

    def __post_init__(self) -> None:
        if not self.rate > 0 or self.burst < 1:
            raise ValueError("a limit lets something through: rate > 0, burst >= 1")

    @classmethod
    def per_minute(cls, count: float, *, burst: int) -> "Limit":
        return cls(rate=count / 60, burst=burst)

    @property
    def interval_s(self) -> float:
        """Between two requests in the long run."""
        return 1 / self.rate

    @property
    def tolerance_s(self) -> float:
        """How far ahead of the time the account may be before a request."""
        return (self.burst - 1) * self.interval_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """For the answer: 429 with `Retry-After` when not `allowed`."""

    allowed: bool
    remaining: int
    """How many more would go at once, after this one."""
    retry_after_s: float = 0.0
    """How long until the next goes; 0 when this one went."""


def hit(even_at: float, limit: Limit, *, now: float) -> tuple[float, Verdict]:
    """One request. `even_at` is what the last one left, 0 at first; the answer's is to be kept.

    `now` on any clock that does not stand still, always the same one. A refused request costs nothing.
    """
    most = limit.tolerance_s + limit.interval_s + SLACK
    ahead = min(max(0.0, even_at - now), most)  # more is left by a clock that went back, or by another limit
    late = ahead - limit.tolerance_s
    if late > SLACK:
        return even_at, Verdict(allowed=False, remaining=0, retry_after_s=late)
    ahead += limit.interval_s
    return now + ahead, Verdict(allowed=True, remaining=remaining(ahead, limit))


def remaining(ahead: float, limit: Limit) -> int:
    """How many more would go at once when the account is so many seconds ahead."""
    return max(0, int((limit.tolerance_s - ahead + SLACK) / limit.interval_s + 1))
