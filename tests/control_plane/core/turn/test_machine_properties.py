"""What holds in every conversation, however strange."""

from itertools import count
from math import inf

from hypothesis import given
from hypothesis import strategies as st

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
from control_plane.core.turn.events import (
    AgentPaused,
    AgentStarted,
    AgentStopped,
    DigitPressed,
    EagerEnd,
    FinalHeard,
    InterimHeard,
    SpeechStarted,
    SpeechStopped,
    TurnEvent,
    UtteranceEnded,
)
from control_plane.core.turn.floor import Floor
from control_plane.core.turn.machine import TurnMachine
from control_plane.core.turn.policy import EndpointingKind, TurnPolicy

TEXTS = st.sampled_from(["", " ", "sí", "ajá claro", "W", "W W", "sí W"])
EVENTS: st.SearchStrategy[TurnEvent | None] = st.one_of(
    st.none(),
    st.builds(SpeechStarted),
    st.builds(SpeechStopped, silent_s=st.sampled_from([0.0, 0.16])),
    st.builds(InterimHeard, text=TEXTS),
    st.builds(FinalHeard, text=TEXTS, ends_speech=st.booleans()),
    st.builds(EagerEnd, text=TEXTS),
    st.builds(UtteranceEnded),
    st.builds(DigitPressed, digit=st.sampled_from("12*#")),
    st.builds(AgentStarted),
    st.builds(AgentStopped),
    st.builds(AgentPaused, remaining_s=st.sampled_from([0.0, 0.5, 3.0, inf])),
)
"""None is a tick. Every W becomes a word of its own."""

POLICIES = st.builds(TurnPolicy, endpointing=st.sampled_from(EndpointingKind), speculations=st.sampled_from([0, 3]))
SCRIPTS = st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.7, 1.5, 4.5, 9.0]), EVENTS), max_size=60)


class Conversation:
    """Plays a script and holds every command against the rules."""

    def __init__(self, policy: TurnPolicy) -> None:
        self.machine = TurnMachine(policy)
        self.held = False
        self.guessed = False
        self.now = 0.0
        self.floor = Floor.LISTENING
        self.thinking = False
        self.unanswered: list[str] = []
        self.committed: set[str] = set()
        self.spoken: set[str] = set()
        self._names = count()

    def step(self, wait: float, event: TurnEvent | None) -> None:
        self.now += wait
        if event is None:
            self._check(self.machine.tick(self.now))
        else:
            event = self._named(event)
            self._foresee(event)
            self._check(self.machine.handle(event, self.now))
        assert self.machine.floor is self.floor
        assert self.machine.thinking is self.thinking
        assert self.machine.wake_at is None or self.machine.wake_at > self.now

    def _named(self, event: TurnEvent) -> TurnEvent:
        if not isinstance(event, FinalHeard):
            return event
        words = [f"palabra{next(self._names)}" if word == "W" else word for word in event.text.split(" ")]
        self.spoken.update(word for word in words if word.startswith("palabra"))
        return FinalHeard(text=" ".join(words), ends_speech=event.ends_speech)

    def _foresee(self, event: TurnEvent) -> None:
        """What an event changes by itself, without a command."""
        if isinstance(event, AgentStarted) and self.floor is Floor.LISTENING:
            self.floor, self.thinking, self.unanswered = Floor.SPEAKING, False, []
            self.held = self.guessed = False
        elif isinstance(event, AgentStopped):
            self.thinking, self.unanswered = False, []
            self.held = self.guessed = False
            self.floor = Floor.PAUSED if self.floor is Floor.PAUSED else Floor.LISTENING
            self.stopped_in_pause = self.floor is Floor.PAUSED

    stopped_in_pause = False

    def _check(self, commands: tuple[TurnCommand, ...]) -> None:
        for command in commands:
            match command:
                case Pause():
                    assert self.floor is Floor.SPEAKING
                    self.floor = Floor.PAUSED
                case CutOff():
                    assert self.floor is Floor.PAUSED
                    self.floor = Floor.LISTENING
                case Resume():
                    assert self.floor is Floor.PAUSED
                    self.floor = Floor.LISTENING if self.stopped_in_pause else Floor.SPEAKING
                case Reprompt():
                    assert self.floor is Floor.LISTENING
                    assert not self.thinking
                case Commit(text=text):
                    assert self.floor is Floor.LISTENING
                    self._check_text(text)
                    self.held = self.guessed = False
                case Speculate(text=text):
                    assert self.floor is Floor.LISTENING
                    assert text.split()[: len(self.unanswered)] == self.unanswered
                    self.guessed, self.held = True, False
                case Withdraw():
                    assert self.guessed
                    self.guessed = False
                case Hold():
                    assert self.thinking
                    assert not self.held
                    self.held = True
                case Release():
                    assert self.held
                    self.held = False
        self.stopped_in_pause = False

    def _check_text(self, text: str) -> None:
        words = text.split()
        assert words[: len(self.unanswered)] == self.unanswered
        added = words[len(self.unanswered) :]
        assert added, "a commit brings something"
        named = {word for word in added if word.startswith("palabra")}
        assert not named & self.committed
        assert named <= self.spoken
        self.committed |= named
        self.unanswered, self.thinking = words, True


@given(POLICIES, SCRIPTS)
def test_commands_are_legal_and_no_word_is_committed_twice(
    policy: TurnPolicy, script: list[tuple[float, TurnEvent | None]]
) -> None:
    conversation = Conversation(policy)
    for wait, event in script:
        conversation.step(wait, event)


@given(POLICIES, SCRIPTS)
def test_left_alone_the_machine_comes_to_rest(policy: TurnPolicy, script: list[tuple[float, TurnEvent | None]]) -> None:
    conversation = Conversation(policy)
    for wait, event in script:
        conversation.step(wait, event)
    for _ in range(5):
        if (wake_at := conversation.machine.wake_at) is None:
            break
        conversation.step(wake_at - conversation.now, None)
    assert conversation.machine.wake_at is None


@given(POLICIES, SCRIPTS)
def test_no_real_word_is_lost(policy: TurnPolicy, script: list[tuple[float, TurnEvent | None]]) -> None:
    conversation = Conversation(policy)
    for wait, event in script:
        conversation.step(wait, event)
    while (wake_at := conversation.machine.wake_at) is not None:
        conversation.step(wake_at - conversation.now, None)
    assert conversation.committed == conversation.spoken
