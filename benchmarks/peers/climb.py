"""Which number of calls is tried next, and when the limit is known."""

from collections.abc import Sequence
from enum import StrEnum

from benchmarks.results import Result

SHARE_MS = 200.0
"""A step holds while the p95 of the system's own share of a turn is at most this."""
GAP_MS = 100.0
"""Speech has holes when one caller in twenty hears a longer one than this inside a sentence."""
BUSY_PERCENT = 90.0
"""A system that uses so much of its core has reached its own limit, whatever else happened."""


class Verdict(StrEnum):
    HELD = "held"
    HOLES = "held with holes"
    """Every call was answered in time, but what callers heard had holes. The climb goes on: one stop of a process that
    sends speech just in time makes one, with few calls as with many."""
    BROKE = "broke"
    UNDECIDED = "undecided"
    """It broke, but maybe because of the simulator or of other programs."""


class Climb:
    """Up from the first step while steps hold; from `start` on when the limit is about known, and then down as well.

    The first step is always taken. A step that stays undecided twice ends the climb.
    """

    def __init__(self, steps: Sequence[int], *, start: int | None = None) -> None:
        self._steps = tuple(steps)
        self._start = self._steps.index(start) if start in self._steps else 0
        self._held = -1
        self._broke: int | None = None
        self._doubts = 0
        self._unclear = False

    @property
    def held(self) -> int:
        """The most calls that held; 0 when not even the first step did."""
        return self._steps[self._held] if self._held >= 0 else 0

    @property
    def limit_seen(self) -> bool:
        """Whether the step above is known to break; otherwise `held` is a lower bound."""
        return self._broke is not None and self._broke == self._held + 1

    @property
    def next(self) -> int | None:
        """None: nothing is left to be tried."""
        place = self._next()
        return None if place is None else self._steps[place]

    def note(self, verdict: Verdict) -> None:
        """What became of the step that `next` named."""
        place = self._next()
        assert place is not None
        if verdict is Verdict.UNDECIDED:
            self._doubts += 1
            self._unclear = self._doubts > 1
            return
        self._doubts = 0
        if verdict in (Verdict.HELD, Verdict.HOLES):
            self._held = max(self._held, place)
        else:
            self._broke = place

    def _next(self) -> int | None:
        if self._unclear or self.limit_seen:
            return None
        if self._broke is not None:
            return self._broke - 1
        place = 0 if self._held < 0 else max(self._held + 1, self._start)
        return place if place < len(self._steps) else None


def judge(result: Result) -> tuple[Verdict, str]:
    """Whether a step holds, and why not."""
    reasons = []
    share = result.share_ms["p95"]
    if result.failed:
        reasons.append(f"{result.failed} of {result.calls} calls failed")
    if share is None:
        reasons.append("no turn could be measured")
    elif share > SHARE_MS:
        reasons.append(f"p95 share {share:.0f} ms")
    gap = result.gap_ms["p95"]
    holes = [f"p95 gap {gap:.0f} ms"] if gap is not None and gap > GAP_MS else []
    why = [*reasons, *holes]
    if not why:
        return Verdict.HELD, ""
    own = result.cpu_percent * result.calls >= BUSY_PERCENT
    if result.invalid and not own:
        return Verdict.UNDECIDED, "; ".join((*why, *result.invalid))
    return (Verdict.BROKE if reasons else Verdict.HOLES), "; ".join(why)
