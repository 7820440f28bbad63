"""The strategies that listen to silence and words, by conversations in seconds."""

import pytest

from control_plane.core.turn.commands import Commit
from control_plane.core.turn.endpointing import FixedEndpointing
from control_plane.core.turn.events import (
    AgentStarted,
    AgentStopped,
    FinalHeard,
    InterimHeard,
    SoundJudged,
    SpeechStarted,
    SpeechStopped,
)
from control_plane.core.turn.hints import Expected, Hint
from control_plane.core.turn.machine import TurnMachine
from control_plane.core.turn.policy import EndpointingKind, TurnPolicy, Waits
from control_plane.core.turn.strategies import SilenceEndpointing, endpointing_of

WAITS = Waits(complete_s=0.3, unclear_s=0.7, open_s=1.5)
HUSH = SpeechStopped(silent_s=0.16)


def listening(kind: EndpointingKind = EndpointingKind.SEMANTIC) -> TurnMachine:
    return TurnMachine(TurnPolicy(endpointing=kind, waits=WAITS))


def said(machine: TurnMachine, text: str, *, until: float) -> None:
    """The voice ends at `until`; the words follow."""
    machine.handle(SpeechStarted(), until - 1)
    machine.handle(HUSH, until + 0.16)
    machine.handle(FinalHeard(text=text, ends_speech=False), until + 0.21)


@pytest.mark.parametrize(
    ("text", "wait_s"), [("¿A qué hora abren?", 0.3), ("Quiero una cita.", 0.7), ("Quiero una cita para", 1.5)]
)
def test_the_words_decide_how_long_silence_is_listened_to(text: str, wait_s: float) -> None:
    machine = listening()
    said(machine, text, until=10)
    assert machine.wake_at == pytest.approx(10 + wait_s)
    assert machine.tick(10 + wait_s) == (Commit(text=text),)


def test_adaptive_does_not_read_the_words() -> None:
    machine = listening(EndpointingKind.ADAPTIVE)
    said(machine, "Quiero una cita para", until=10)
    assert machine.wake_at == pytest.approx(10.7)


def test_who_pauses_long_is_waited_for_the_next_time() -> None:
    machine = listening(EndpointingKind.ADAPTIVE)
    said(machine, "Mi perro", until=10)
    machine.tick(10.7)
    machine.handle(SpeechStarted(), 11.0)  # the reply was not audible yet
    said(machine, "está enfermo", until=12.5)
    assert machine.wake_at is not None
    assert machine.wake_at - 12.5 == pytest.approx(1.15, abs=0.01)


def test_a_caller_who_goes_on_just_as_the_agent_begins_was_pausing() -> None:
    machine = listening(EndpointingKind.ADAPTIVE)
    said(machine, "Mi perro", until=10)
    machine.tick(10.7)
    machine.handle(AgentStarted(), 11.0)
    machine.handle(SpeechStarted(), 11.1)
    machine.handle(FinalHeard(text="está muy enfermo", ends_speech=False), 12.0)
    said(machine, "desde ayer", until=14)
    assert machine.wake_at is not None
    assert machine.wake_at > 14.9


def test_words_that_are_not_final_yet_are_waited_for() -> None:
    machine = listening()
    said(machine, "Sí.", until=10)
    machine.handle(InterimHeard(text="el martes"), 10.25)
    assert machine.tick(10.5) == ()
    assert machine.handle(FinalHeard(text="el martes", ends_speech=False), 10.8) == (Commit(text="Sí. el martes"),)


def test_a_soft_voice_counts_by_its_words() -> None:
    machine = listening()
    machine.handle(FinalHeard(text="¿Están abiertos?", ends_speech=True), 5)
    assert machine.wake_at == pytest.approx(5.3)


def test_what_was_asked_for_shortens_the_wait() -> None:
    machine = listening()
    machine.expect(Hint(expected=Expected.DIGITS, length=4))
    said(machine, "55 12", until=10)
    assert machine.wake_at == pytest.approx(10.3)


def test_the_agents_own_question_says_what_is_expected() -> None:
    machine = listening()
    machine.handle(AgentStarted(), 1)
    machine.handle(AgentStopped(said="Claro. ¿Me da su teléfono?"), 3)
    said(machine, "Cincuenta y cinco doce", until=10)
    assert machine.wake_at == pytest.approx(11.5)


def test_who_knows_what_is_expected_is_believed_over_the_agents_words() -> None:
    machine = listening()
    machine.expect(Hint(expected=Expected.DIGITS, length=4))
    machine.handle(AgentStarted(), 1)
    machine.handle(AgentStopped(said="¿Cuál es su nombre completo?"), 3)
    said(machine, "55 12", until=10)
    assert machine.wake_at == pytest.approx(10.3)
    machine.expect(None)
    machine.handle(AgentStarted(), 11)
    machine.handle(AgentStopped(said="¿Cuál es su nombre completo?"), 13)
    said(machine, "Rogelio", until=20)
    assert machine.wake_at == pytest.approx(21.5)


def test_a_question_that_was_talked_over_asks_for_nothing() -> None:
    machine = listening()
    machine.handle(AgentStarted(), 1)
    machine.handle(AgentStopped(said="¿Me da su teléfono?"), 3)
    machine.handle(AgentStarted(), 4)
    machine.handle(SpeechStarted(), 6)
    machine.handle(FinalHeard(text="Espere, tengo dos preguntas", ends_speech=False), 7)
    machine.handle(HUSH, 7.2)
    assert machine.wake_at == pytest.approx(7.74)


def test_a_model_that_hears_the_end_shortens_the_wait_after_it_was_right_twice() -> None:
    machine = listening()
    for start in (10, 20, 30):
        machine.handle(SpeechStarted(), start - 1)
        machine.handle(HUSH, start + 0.16)
        machine.handle(FinalHeard(text="Quiero una cita.", ends_speech=False), start + 0.2)
        machine.handle(SoundJudged(finished=0.95), start + 0.25)
        if start < 30:
            assert machine.wake_at == pytest.approx(start + 0.7)
            machine.tick(start + 0.7)
            machine.handle(AgentStarted(), start + 1)
            machine.handle(AgentStopped(said="¿Y eso por qué?"), start + 3)
    assert machine.wake_at == pytest.approx(30.3)


def test_a_verdict_about_a_voice_that_is_back_is_none() -> None:
    machine = listening()
    said(machine, "Quiero una cita.", until=10)
    machine.handle(SpeechStarted(), 10.4)
    machine.handle(SoundJudged(finished=0.95), 10.45)
    machine.handle(HUSH, 11.16)
    assert machine.wake_at == pytest.approx(11.7)


def test_a_caller_who_was_not_understood_is_asked_sooner_than_a_silent_one_and_once() -> None:
    machine = TurnMachine(TurnPolicy(no_input_s=8, no_match_s=2.5, endpointing=EndpointingKind.SEMANTIC))
    machine.handle(AgentStarted(), 0)
    machine.handle(AgentStopped(), 1)
    machine.handle(SpeechStarted(), 2)
    machine.handle(HUSH, 3)
    assert machine.wake_at == pytest.approx(5.5)
    assert [command.reason.value for command in machine.tick(5.5)] == ["no_match"]  # type: ignore[union-attr]
    machine.handle(AgentStarted(), 6)
    machine.handle(AgentStopped(), 8)
    machine.handle(SpeechStarted(), 9)
    machine.handle(HUSH, 10)
    assert machine.wake_at == pytest.approx(18)


def test_the_policy_names_the_strategy() -> None:
    assert isinstance(endpointing_of(TurnPolicy()), FixedEndpointing)
    adaptive = endpointing_of(TurnPolicy(endpointing=EndpointingKind.ADAPTIVE))
    assert isinstance(adaptive, SilenceEndpointing)
    assert not adaptive.reads_words
