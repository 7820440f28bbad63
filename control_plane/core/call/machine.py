"""The call machine: one leg's life as a pure function of events and time."""

from collections.abc import Mapping

from control_plane.core.call import answering, rules
from control_plane.core.call.commands import Command
from control_plane.core.call.events import CallEvent
from control_plane.core.call.state import LegState, Phase
from control_plane.core.call.table import IGNORED, PATIENCE, RULES, TIMEOUTS


class CallMachine:
    """Decides what is to be done about one leg. It does nothing itself, and `now` (unix seconds) is its only clock.

    `state` may be stored and handed to a new machine at any time: there is no other memory.
    """

    def __init__(self, state: LegState | None = None, *, patience: Mapping[Phase, float] | None = None) -> None:
        self.state = state or LegState()
        self._patience = {**PATIENCE, **(patience or {})}

    def handle(self, event: CallEvent, now: float) -> tuple[Command, ...]:
        """Take an event in; late and repeated ones change nothing."""
        key = (self.state.phase, type(event))
        rule = RULES.get(key)
        if rule is None:
            assert key in IGNORED, f"undecided: {key}"
            return ()
        self.state, commands = rule(self.state, event, now=now)
        return commands

    def tick(self, now: float) -> tuple[Command, ...]:
        """Let time pass: acts when a deadline is over."""
        deadline = self.state.media_deadline
        if deadline is not None and now >= deadline:
            self.state, commands = rules.stream_lost(self.state, None, now=now)
            return commands
        greeting = self.state.greeting_deadline
        if greeting is not None and now >= greeting:
            self.state, commands = answering.greeting_over(self.state, now)
            return commands
        limit = self._limit()
        if limit is not None and now >= limit:
            self.state, commands = TIMEOUTS[self.state.phase](self.state, now)
            return commands
        return ()

    @property
    def wake_at(self) -> float | None:
        """When `tick` will next have something to do, in unix seconds; None when never."""
        deadlines = (self.state.media_deadline, self.state.greeting_deadline, self._limit())
        return min((at for at in deadlines if at is not None), default=None)

    def _limit(self) -> float | None:
        patience = self._patience.get(self.state.phase)
        return None if patience is None else self.state.since + patience
