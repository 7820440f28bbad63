"""What is known of one control plane, and whether it may be given work."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from metrics_sidecar.figures import Figures


class State(StrEnum):
    """What the last look at a process showed."""

    STARTING = "starting"
    """Not looked at yet."""
    ALIVE = "alive"
    SLOW = "slow"
    NOT_READY = "not_ready"
    DRAINING = "draining"
    RECOVERING = "recovering"
    """It answers again after a failure, and has to do so once more."""
    DENIED = "denied"
    """It refuses our token."""
    FAILING = "failing"
    """It answers with an error."""
    GARBAGE = "garbage"
    """It answers something that is no answer."""
    HUNG = "hung"
    """It accepts connections or not, and answers nothing in time."""
    DEAD = "dead"
    """Nobody listens there."""


USABLE: Final = frozenset({State.ALIVE, State.SLOW})
"""May be given new work."""
FAILED: Final = frozenset({State.DENIED, State.FAILING, State.GARBAGE, State.HUNG, State.DEAD})
"""Says nothing that can be used."""
GOOD_ANSWERS_TO_RETURN: Final = 2


@dataclass(slots=True, kw_only=True)
class Watch:
    """The life of one process as seen from outside: one failure takes it out at once, two good answers bring it back.

    Times are steady seconds.
    """

    slow_after_s: float
    state: State = State.STARTING
    figures: Figures | None = None
    """Of the last good answer, however old."""
    answered_at: float | None = None
    took_s: float = 0.0
    since: float = 0.0
    """When it came into this state."""
    out: bool = False
    good: int = 0

    @property
    def usable(self) -> bool:
        return self.state in USABLE

    def answered(self, figures: Figures, took_s: float, *, now: float) -> None:
        self.good += 1
        self.figures, self.answered_at, self.took_s = figures, now, took_s
        if self.out and self.good < GOOD_ANSWERS_TO_RETURN:
            self._become(State.RECOVERING, now)
            return
        self.out = False
        self._become(self._judge(figures, took_s), now)

    def failed(self, state: State, *, now: float) -> None:
        """A poll failed, or work given to the process did."""
        assert state in FAILED
        self.good, self.out = 0, True
        self._become(state, now)

    def _judge(self, figures: Figures, took_s: float) -> State:
        if figures.draining:
            return State.DRAINING
        if not figures.ready:
            return State.NOT_READY
        return State.SLOW if took_s > self.slow_after_s else State.ALIVE

    def _become(self, state: State, now: float) -> None:
        if state is not self.state:
            self.state, self.since = state, now
