"""The turn machine: perceptions in, decisions out."""

from control_plane.core.turn.barge_in import BargeIn, WordsInterrupt
from control_plane.core.turn.commands import TurnCommand
from control_plane.core.turn.endpointing import Endpointing
from control_plane.core.turn.events import TurnEvent
from control_plane.core.turn.floor import Floor, TurnState
from control_plane.core.turn.hints import NO_HINT, Hint
from control_plane.core.turn.policy import TurnPolicy
from control_plane.core.turn.rules import RULES
from control_plane.core.turn.strategies import endpointing_of


class TurnMachine:
    """One conversation's turns. It never waits: the shell calls `tick` at `wake_at`, on the clock of `now` (seconds).

    Words and keys belong to exactly one turn. The one exception is meant: a caller who goes on before the agent was
    audible has not been answered, so the next Commit repeats the unanswered text and adds to it; the shell drops the
    reply in preparation. An AgentStarted, or an AgentStopped of a reply without audio, makes a text answered.

    Every Pause is followed by one CutOff or Resume before the next Pause. A Resume may find nothing left to say, when
    the reply ended just before it was silenced. A Hold, of a reply nobody has heard yet, is followed by a Release, or
    by a Speculate or Commit that replaces the reply. Words and keys are only pending while LISTENING.
    """

    def __init__(
        self, policy: TurnPolicy, *, endpointing: Endpointing | None = None, barge_in: BargeIn | None = None
    ) -> None:
        self._state = TurnState(
            policy,
            endpointing=endpointing or endpointing_of(policy),
            barge_in=barge_in or WordsInterrupt(policy=policy),
        )

    @property
    def floor(self) -> Floor:
        return self._state.floor

    @property
    def thinking(self) -> bool:
        """A turn was committed and its reply is not audible yet."""
        return self._state.thinking

    @property
    def wake_at(self) -> float | None:
        """When to call `tick`; always later than the last `now`. None: nothing is due without another event."""
        due = self._state.next()
        return due[0] if due else None

    def expect(self, hint: Hint | None) -> None:
        """What the caller will answer to, from somebody who knows. It holds, whatever the agent says, until something
        else is expected; None: the agent's own questions tell it again."""
        self._state.told = hint is not None
        self._state.turn.hint = hint or NO_HINT

    def handle(self, event: TurnEvent, now: float) -> tuple[TurnCommand, ...]:
        """Take in what happened. An event goes before a deadline that passed unnoticed."""
        RULES[self._state.floor][type(event)](self._state, event, now=now)
        return self.tick(now)

    def tick(self, now: float) -> tuple[TurnCommand, ...]:
        """Do what is due; too early is harmless."""
        state = self._state
        while (due := state.next()) is not None and due[0] <= now:
            due[1](now)
        commands, state.commands = tuple(state.commands), []
        return commands
