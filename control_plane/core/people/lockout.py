"""How long an account stays shut after wrong passwords.

Ten within a quarter of an hour are let through; each further one shuts it for twice as long as the one before. An
attempt is counted before it is looked at, so that many at once are no more than ten, and taken back when it was right.
"""

from dataclasses import dataclass
from typing import Final

FREE: Final = 10
WINDOW_S: Final = 15 * 60.0
FIRST_S: Final = 30.0
LONGEST_S: Final = 15 * 60.0


@dataclass(frozen=True, slots=True)
class Failures:
    """Attempts for one account that were not right, or are not known to be. Times in unix seconds."""

    count: int = 0
    first_at: float = 0.0
    locked_until: float = 0.0

    def wait_s(self, now: float) -> float:
        """How long until the next attempt is looked at; 0: now."""
        return max(0.0, self.locked_until - now)


def attempted(before: Failures, *, now: float) -> Failures:
    """After one more attempt, which was let through."""
    if now - max(before.first_at, before.locked_until) > WINDOW_S:
        return Failures(1, now, 0.0)
    count = before.count + 1
    excess = count - FREE
    lock_s = min(LONGEST_S, FIRST_S * 2.0 ** min(excess, 10)) if excess >= 0 else 0.0
    return Failures(count, before.first_at, now + lock_s if lock_s else 0.0)


def taken_back(counted: Failures) -> Failures:
    """The last attempt was no failure; earlier ones stay."""
    return Failures(max(0, counted.count - 1), counted.first_at, 0.0)
