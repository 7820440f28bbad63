"""A breaker: whether a provider that failed lately is asked at all.

closed ──too many failures──► open ──cool-down over──► half open ──the probe works──► closed
                                ▲                          │
                                └──the probe fails: twice the cool-down, up to a bound
"""

from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

KEPT: Final = 200
"""So many outcomes of the window are remembered; a busy process judges by its last ones."""


class BreakerState(StrEnum):
    """What becomes of the next question."""

    CLOSED = "closed"
    """It is asked."""
    OPEN = "open"
    """It is not asked."""
    HALF_OPEN = "half_open"
    """One question at a time is asked, to see."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerPolicy:
    """When it opens, and for how long. Raises ValueError for what could never open or close."""

    failures: int = 3
    """At least so many failures in the window …"""
    share: float = 0.5
    """… which are at least this share of all that was asked."""
    window_s: float = 30.0
    cool_down_s: float = 5.0
    longest_cool_down_s: float = 120.0
    probe_s: float = 10.0
    """A probe of which nothing was heard for so long no longer stands in the way of another."""

    def __post_init__(self) -> None:
        if self.failures < 1 or not 0 < self.share <= 1 or self.window_s <= 0:
            raise ValueError("a breaker opens after at least one failure, and a share of them above 0, in a time")
        if not 0 < self.cool_down_s <= self.longest_cool_down_s or self.probe_s <= 0:
            raise ValueError("a cool-down takes time, at most the longest, and so does a probe")


class Breaker:
    """The breaker of one provider. Times are seconds of one clock that never goes back.

    An outcome is told with `since`, when the question was asked: what was asked before the breaker last changed says
    nothing about what the provider does since.
    """

    def __init__(self, policy: BreakerPolicy | None = None) -> None:
        self._policy = policy or BreakerPolicy()
        self._outcomes: deque[tuple[float, bool]] = deque(maxlen=KEPT)
        self._open = False
        self._changed = float("-inf")
        """When it last opened or closed."""
        self._again = 0.0
        """From when a probe may be made."""
        self._trips = 0
        """How often it opened without having been well for a while in between."""
        self._probe: float | None = None

    def state(self, now: float) -> BreakerState:
        if not self._open:
            return BreakerState.CLOSED
        return BreakerState.HALF_OPEN if now >= self._again else BreakerState.OPEN

    def admit(self, now: float) -> bool:
        """Whether to ask now; in the half-open state the one who hears True makes the probe."""
        if not self._open:
            return True
        if now < self._again or (self._probe is not None and now < self._probe + self._policy.probe_s):
            return False
        self._probe = now
        return True

    def forgo(self, *, since: float) -> None:
        """What was asked at `since` has come to nothing, by no fault of the provider (a caller who hung up)."""
        if self._probe == since:
            self._probe = None

    def succeeded(self, now: float, *, since: float) -> None:
        if since < self._changed:
            return
        if self._open:
            self._open, self._changed, self._probe = False, now, None
            self._outcomes.clear()
        self._outcomes.append((now, True))

    def failed(self, now: float, *, since: float, for_good: bool = False) -> None:
        """`for_good`: a question more would not fare better (a wrong key), so it opens at once."""
        if since < self._changed:
            return
        self._outcomes.append((now, False))
        if self._open or for_good or self._too_many(now):
            self._trip(now)

    def _too_many(self, now: float) -> bool:
        outcomes = self._outcomes
        while outcomes and outcomes[0][0] <= now - self._policy.window_s:
            outcomes.popleft()
        failures = sum(not good for _, good in outcomes)
        return failures >= self._policy.failures and failures >= self._policy.share * len(outcomes)

    def _trip(self, now: float) -> None:
        policy = self._policy
        if not self._open and now - self._changed > policy.longest_cool_down_s:
            self._trips = 0
        # Bounded before it is multiplied: a provider that is gone for weeks must not make numbers grow without end.
        self._trips = min(self._trips + 1, 64)
        self._open, self._changed, self._probe = True, now, None
        self._again = now + min(policy.longest_cool_down_s, policy.cool_down_s * 2.0 ** (self._trips - 1))
        self._outcomes.clear()
