"""What holds in every conversation, however strange."""

from itertools import count
from math import inf

from hypothesis import given
from hypothesis import strategies as st

from control_plane.core.turn.commands import Commit, CutOff, Pause, Reprompt, Resume, TurnCommand
from control_plane.core.turn.events import (
    AgentPaused,
    AgentStarted,
    AgentStopped,
    DigitPressed,
    FinalHeard,
    InterimHeard,
    SpeechStarted,
    SpeechStopped,
    TurnEvent,
    UtteranceEnded,
)
from control_plane.core.turn.machine import Floor, TurnMachine
from control_plane.core.turn.policy import TurnPolicy

TEXTS = st.sampled_from(["", " ", "sí", "ajá claro", "W", "W W", "sí W"])
EVENTS: st.SearchStrategy[TurnEvent | None] = st.one_of(
    st.none(),
    st.builds(SpeechStarted),
    st.builds(SpeechStopped),
    st.builds(InterimHeard, text=TEXTS),
    st.builds(FinalHeard, text=TEXTS, ends_speech=st.booleans()),
    st.builds(UtteranceEnded),
    st.builds(DigitPressed, digit=st.sampled_from("12*#")),
    st.builds(AgentStarted),
    st.builds(AgentStopped),
    st.builds(AgentPaused, remaining_s=st.sampled_from([0.0, 0.5, 3.0, inf])),
)
"""None is a tick. Every W becomes a word of its own."""

SCRIPTS = st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.7, 1.5, 4.5, 9.0]), EVENTS), max_size=60)


class Conversation:
    """Plays a script and holds every command against the rules."""

    def __init__(self) -> None:
        self.machine = TurnMachine(TurnPolicy())
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
        elif isinstance(event, AgentStopped):
            self.thinking, self.unanswered = False, []
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


@given(SCRIPTS)
def test_commands_are_legal_and_no_word_is_committed_twice(script: list[tuple[float, TurnEvent | None]]) -> None:
    conversation = Conversation()
    for wait, event in script:
        conversation.step(wait, event)


@given(SCRIPTS)
def test_left_alone_the_machine_comes_to_rest(script: list[tuple[float, TurnEvent | None]]) -> None:
    conversation = Conversation()
    for wait, event in script:
        conversation.step(wait, event)
    for _ in range(5):
        if (wake_at := conversation.machine.wake_at) is None:
            break
        conversation.step(wake_at - conversation.now, None)
    assert conversation.machine.wake_at is None


@given(SCRIPTS)
def test_no_real_word_is_lost(script: list[tuple[float, TurnEvent | None]]) -> None:
    conversation = Conversation()
    for wait, event in script:
        conversation.step(wait, event)
    while (wake_at := conversation.machine.wake_at) is not None:
        conversation.step(wake_at - conversation.now, None)
    assert conversation.committed == conversation.spoken
