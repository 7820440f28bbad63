"""Who has the floor, and what can be done about it: the state of a conversation's turns and its moves."""

from collections.abc import Callable
from enum import StrEnum
from math import inf

from control_plane.core.turn.asked import asked
from control_plane.core.turn.barge_in import AgentPause, BargeIn, Verdict
from control_plane.core.turn.commands import (
    Commit,
    CutOff,
    Hold,
    Pause,
    Release,
    Reprompt,
    Resume,
    Speculate,
    TurnCommand,
    Withdraw,
)
from control_plane.core.turn.endpointing import CallerTurn, Endpointing
from control_plane.core.turn.events import FinalHeard
from control_plane.core.turn.guesses import Guesses
from control_plane.core.turn.hints import NO_HINT
from control_plane.core.turn.patience import Patience
from control_plane.core.turn.policy import TurnPolicy

Due = tuple[float, Callable[[float], None]]
"""What the passing of time will bring, and when."""


class Floor(StrEnum):
    """Who has the floor."""

    LISTENING = "listening"
    """The caller may speak; the agent is silent, perhaps thinking."""
    SPEAKING = "speaking"
    """The agent is audible."""
    PAUSED = "paused"
    """The agent was silenced; whether the caller really interrupts is not known yet."""


class TurnState:
    """What the rules work on. Every move notes its command in `commands`; none of them looks at a clock."""

    def __init__(self, policy: TurnPolicy, *, endpointing: Endpointing, barge_in: BargeIn) -> None:
        self.policy = policy
        self.endpointing = endpointing
        self.barge_in = barge_in
        self.floor = Floor.LISTENING
        self.turn = CallerTurn()
        self.patience = Patience(policy.no_input_s, policy.reprompts, no_match_s=policy.no_match_s)
        self.guesses = Guesses(policy.speculations, policy.language)
        self.pause = AgentPause(at=-inf)
        self.false_alarms = 0
        self.murmur: tuple[str, float] = ("", -inf)
        """A backchannel of this reply, and when it came."""
        self.told = False
        """Whether somebody said what to expect; the agent's own words do not count then."""
        self.unanswered = ""
        """What was committed and has no audible answer yet."""
        self.thinking = False
        self.held_at: float | None = None
        """Since when the reply in preparation is kept back for the caller's voice."""
        self.committed_at = -inf
        self.audible_at = -inf
        """When the latest reply became audible."""
        self.commands: list[TurnCommand] = []

    def next(self) -> Due | None:
        """What the passing of time will bring next, and when."""
        when: float | None
        match self.floor:
            case Floor.LISTENING if not self.turn.is_empty:
                when, action = self.endpointing.due(self.turn), self.commit
            case Floor.LISTENING if self.held_at is not None:
                when, action = self._release_at(self.held_at), self.release
            case Floor.LISTENING:
                when, action = None if self.thinking else self.patience.due, self.reprompt
            case Floor.PAUSED:
                when, action = self.barge_in.resume_at(self.pause, voice=self.turn.voice), self.false_alarm
            case Floor.SPEAKING:
                return None
        return None if when is None else (when, action)

    def _release_at(self, held_at: float) -> float:
        if self.turn.voice:
            return held_at + self.policy.pause_limit_s
        words = self.policy.endpoint_patience_s if self.turn.interim else self.policy.hold_s
        return max(held_at, self.turn.heard_at) + words

    # Moves of the caller's turn.

    def commit(self, now: float) -> None:
        self.unanswered = f"{self.unanswered} {self.turn.text}".strip()
        self.turn.forget()
        self.guesses.settle()
        self.thinking = True
        self.held_at = None
        self.committed_at = now
        if self.commands and isinstance(self.commands[-1], Speculate):
            self.commands.pop()  # decided in the same moment
        self.commands.append(Commit(text=self.unanswered))

    def guess(self) -> None:
        """Have a reply made ready, when it looks as if the turn was over."""
        text = self.guesses.worth(self.turn, unanswered=self.unanswered)
        if text is not None and self.floor is Floor.LISTENING:
            self.guesses.take(text)
            self.held_at = None  # what was in preparation is replaced
            self.commands.append(Speculate(text=text))

    def withdraw(self) -> None:
        """The caller goes on."""
        if self.guesses.words is not None:
            self.guesses.words = None
            self.commands.append(Withdraw())

    def answered(self) -> None:
        self.thinking = False
        self.unanswered = ""
        self.held_at = None
        self.guesses.forget()

    def reprompt(self, now: float) -> None:
        self.commands.append(Reprompt(reason=self.patience.run_out()))

    # Moves of the agent.

    def hold(self, now: float) -> None:
        """Keep back a reply that nobody has heard yet."""
        if self.thinking and self.held_at is None:
            self.held_at = now
            self.commands.append(Hold())

    def release(self, now: float) -> None:
        self.held_at = None
        self.turn.interim = ""
        self.commands.append(Release())

    def silence_agent(self, now: float) -> None:
        self.floor = Floor.PAUSED
        self.pause = AgentPause(at=now)
        self.commands.append(Pause())

    def cut_off(self, now: float) -> None:
        if self.floor is Floor.SPEAKING:
            self.silence_agent(now)
        self.floor = Floor.LISTENING
        self.patience.start(now)
        if not self.told:
            self.turn.hint = NO_HINT  # the question was not heard
        self.commands.append(CutOff())

    def resume(self) -> None:
        self.floor = Floor.SPEAKING
        self.commands.append(Resume())

    def false_alarm(self, now: float) -> None:
        self.false_alarms += 1
        self.resume()

    def agent_begins(self, now: float) -> None:
        """A reply is audible for the first time."""
        self.answered()
        self.audible_at = now
        self.floor = Floor.SPEAKING
        self.patience.stop()
        self.false_alarms = 0
        self.murmur = ("", -inf)

    def agent_ends(self, now: float, *, said: str = "") -> None:
        """The caller is to answer what was asked last, unless somebody knows better."""
        self.answered()
        self.turn.listener.ended()
        if said and not self.told:
            self.turn.hint = asked(said)
        self.floor = Floor.LISTENING
        self.patience.start(now)

    # Judgements.

    def judge(self, text: str, *, growing: bool = False) -> Verdict:
        return self.barge_in.judge(text, opening=self.committed_at == -inf, growing=growing)

    @property
    def has_keys(self) -> bool:
        return bool(self.turn.digits) or self.turn.keys_ended

    def answer_in_murmur(self, now: float) -> FinalHeard | None:
        """A murmur just before the end of the reply was an answer: words take longer to be recognised than said."""
        text, at = self.murmur
        if not self.barge_in.is_answer(AgentPause(at=at, remaining_s=now - at)):
            return None
        return FinalHeard(text=text, ends_speech=True)
