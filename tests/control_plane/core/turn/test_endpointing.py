"""When a turn is over."""

import pytest

from control_plane.core.turn.endpointing import CallerTurn, FixedEndpointing
from control_plane.core.turn.events import (
    AgentStarted,
    AgentStopped,
    FinalHeard,
    InterimHeard,
    SoundJudged,
    SpeechStarted,
    SpeechStopped,
)
from control_plane.core.turn.machine import TurnMachine
from control_plane.core.turn.melody import Melody
from control_plane.core.turn.policy import EndpointingKind, TurnPolicy

FIXED = FixedEndpointing.of(TurnPolicy(endpoint_patience_s=1.0, digit_gap_s=2.0))


@pytest.fixture
def turn() -> CallerTurn:
    return CallerTurn()


def test_an_empty_turn_is_never_due(turn: CallerTurn) -> None:
    turn.take_interim("hola", 1)
    assert turn.is_empty
    assert FIXED.due(turn) is None


def test_an_endpoint_is_due_at_once(turn: CallerTurn) -> None:
    turn.take_final("hola", True, now=1)
    assert FIXED.due(turn) == 1


def test_a_final_waits_for_the_patience_from_the_last_sign_of_the_caller(turn: CallerTurn) -> None:
    turn.take_final("hola", False, now=1)
    assert FIXED.due(turn) == 2
    turn.take_interim("buenas", 1.5)
    assert FIXED.due(turn) == 2.5
    turn.take_voice(False, 1.8)
    assert FIXED.due(turn) == 2.8


def test_a_voice_holds_the_turn_open_but_not_for_ever(turn: CallerTurn) -> None:
    turn.take_final("hola", False, now=1)
    turn.take_voice(True, 1.1)
    assert FIXED.due(turn) == 4


def test_a_final_after_the_endpoint_opens_the_turn_again(turn: CallerTurn) -> None:
    turn.take_final("uno", True, now=1)
    turn.take_final("dos", False, now=2)
    assert FIXED.due(turn) == 3


def test_keys_wait_for_the_gap_and_go_before_words(turn: CallerTurn) -> None:
    turn.take_final("es el", True, now=1)
    turn.take_digit("1", 2)
    assert FIXED.due(turn) == 4
    turn.take_digit("#", 3)
    assert FIXED.due(turn) == 3
    assert turn.text == "es el [DTMF 1]"


def test_an_utterance_without_finals_cannot_be_closed(turn: CallerTurn) -> None:
    turn.close()
    assert not turn.ended


def test_forgetting_keeps_the_voice(turn: CallerTurn) -> None:
    turn.take_voice(True, 1)
    turn.take_final("hola", True, now=2)
    turn.take_digit("#", 2)
    turn.forget()
    assert turn.is_empty
    assert turn.text == ""
    assert turn.words == ""
    assert turn.voice


def say(machine: TurnMachine, text: str, *, at: float) -> None:
    """Two seconds of voice, until `at`."""
    machine.handle(SpeechStarted(), at - 2)
    machine.handle(FinalHeard(text=text, ends_speech=False), at)
    machine.handle(SpeechStopped(silent_s=0.2), at + 0.2)


def believing() -> TurnMachine:
    """Two turns were done, as the sound had told; it is second 30, and the second reply is audible since 25."""
    machine = TurnMachine(TurnPolicy(endpointing=EndpointingKind.SEMANTIC))
    for at in (10.0, 20.0):
        machine.handle(AgentStopped(said="Vale."), at - 3)
        say(machine, "quiero una cita para el martes de la semana", at=at)
        machine.handle(SoundJudged(finished=0.95), at + 0.25)
        machine.tick(at + 4)
        machine.handle(AgentStarted(), at + 5)
    return machine


def murmur(machine: TurnMachine, *, at: float) -> None:
    machine.handle(SpeechStarted(), at)
    machine.handle(SpeechStopped(silent_s=0.2), at + 0.4)
    machine.handle(SoundJudged(finished=0.95), at + 0.45)


def waits_s(machine: TurnMachine, *, at: float) -> float:
    """How long is waited after a statement without a verdict of its own."""
    say(machine, "le llamo por la cita de mi hermana", at=at)
    assert machine.wake_at is not None
    return machine.wake_at - at


UNCLEAR_S = pytest.approx(TurnPolicy(endpointing=EndpointingKind.SEMANTIC).waits.unclear_s)


def test_a_cough_without_words_says_nothing_about_the_words_after_it() -> None:
    machine = believing()
    machine.handle(AgentStopped(said="Vale."), 30)
    murmur(machine, at=40)
    assert waits_s(machine, at=45) == UNCLEAR_S


def test_the_silence_before_a_reply_says_nothing_about_words_that_interrupt_it() -> None:
    machine = believing()
    machine.handle(AgentStopped(said="Vale."), 26)
    say(machine, "quiero una cita para el martes de la semana", at=30)
    machine.handle(SoundJudged(finished=0.95), 30.25)
    machine.tick(34)
    machine.handle(AgentStarted(), 35)
    machine.handle(SpeechStarted(), 38)
    machine.handle(InterimHeard(text="no espere el jueves viene mi hermana"), 39)
    machine.handle(FinalHeard(text="no espere el jueves viene mi hermana", ends_speech=False), 40)
    machine.handle(SpeechStopped(silent_s=0.2), 40.2)
    assert machine.wake_at is not None
    assert machine.wake_at - 40 == UNCLEAR_S


def test_a_murmur_while_the_agent_speaks_says_nothing_about_words_that_interrupt_it() -> None:
    machine = believing()
    machine.handle(AgentStopped(said="Vale."), 26)
    machine.handle(AgentStarted(), 27)
    murmur(machine, at=28)
    machine.tick(30)
    assert waits_s(machine, at=34) == UNCLEAR_S


def test_murmurs_while_the_agent_speaks_do_not_make_a_model_believed(turn: CallerTurn) -> None:
    for at in (1, 3, 5):
        turn.take_voice(True, at)
        turn.take_voice(False, at + 1)
        turn.listener.heard(0.95)
        turn.listener.ended()
    turn.listener.heard(0.95)
    assert turn.listener.verdict is Melody.UNSURE


def test_a_pause_is_scored_before_the_voice_ends_its_verdict(turn: CallerTurn) -> None:
    for at in (1, 3):
        turn.take_final("hola", False, now=at)
        turn.take_voice(False, at)
        turn.listener.heard(0.05)
        turn.went_on(at + 1)
        turn.take_voice(True, at + 1)
    turn.take_voice(False, 5)
    turn.listener.heard(0.05)
    assert turn.listener.verdict is Melody.GOES_ON


def test_an_answered_turn_is_scored(turn: CallerTurn) -> None:
    for at in (1, 3):
        turn.take_voice(True, at)
        turn.take_final("hola", False, now=at)
        turn.take_voice(False, at + 1)
        turn.listener.heard(0.95)
        turn.forget()
        turn.listener.ended()
    turn.listener.heard(0.95)
    assert turn.listener.verdict is Melody.DONE
