"""Keys and silence in the turn machine, by conversations in seconds."""

import pytest

from control_plane.core.turn.commands import Commit, CutOff, Pause, Reprompt, Silence, TurnCommand
from control_plane.core.turn.events import (
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
from control_plane.core.turn.machine import TurnMachine
from control_plane.core.turn.policy import TurnPolicy

PAUSE, CUT_OFF = Pause(), CutOff()
ASK_AGAIN, GIVE_UP = Reprompt(reason=Silence.NO_INPUT), Reprompt(reason=Silence.GIVEN_UP)


def interim(text: str) -> InterimHeard:
    return InterimHeard(text=text)


def final(text: str, *, ends: bool = True) -> FinalHeard:
    return FinalHeard(text=text, ends_speech=ends)


def key(digit: str) -> DigitPressed:
    return DigitPressed(digit=digit)


def play(machine: TurnMachine, *events: tuple[float, TurnEvent]) -> list[TurnCommand]:
    """All commands of these events, without any tick in between."""
    return [command for now, event in events for command in machine.handle(event, now)]


def listening() -> TurnMachine:
    return TurnMachine(TurnPolicy())


def speaking(**policy: float) -> TurnMachine:
    """The caller had a first turn, and the agent is audible since second 0."""
    machine = TurnMachine(TurnPolicy(**policy))
    assert play(machine, (-1, final("buenas")), (0, AgentStarted())) == [Commit(text="buenas")]
    return machine


class TestKeys:
    def test_keys_are_committed_after_the_gap(self) -> None:
        machine = listening()
        assert play(machine, (1, key("1")), (2, key("2")), (3, key("3"))) == []
        assert machine.wake_at == pytest.approx(5)
        assert machine.tick(5) == (Commit(text="[DTMF 123]"),)

    def test_the_end_key_commits_at_once(self) -> None:
        assert play(listening(), (1, key("4")), (2, key("*")), (3, key("#"))) == [Commit(text="[DTMF 4*]")]

    def test_a_lone_end_key_is_told(self) -> None:
        assert play(listening(), (1, key("#"))) == [Commit(text="[DTMF #]")]

    def test_keys_interrupt_the_agent(self) -> None:
        assert play(speaking(), (1, key("1")), (2, key("#"))) == [PAUSE, CUT_OFF, Commit(text="[DTMF 1]")]
        assert play(speaking(), (1, SpeechStarted()), (2, key("1"))) == [PAUSE, CUT_OFF]

    def test_an_endpoint_does_not_tear_a_number_apart(self) -> None:
        machine = listening()
        events = (1, final("es el", ends=False)), (2, key("1")), (2.2, final("número")), (3, key("2"))
        assert play(machine, *events) == []
        assert machine.tick(5) == (Commit(text="es el número [DTMF 12]"),)


class TestNoInput:
    def test_silence_is_asked_again_twice_and_then_given_up(self) -> None:
        machine = listening()
        now, seen = 0.0, []
        for _ in range(3):
            play(machine, (now, AgentStarted()), (now + 1, AgentStopped()))
            assert machine.wake_at == pytest.approx(now + 9)
            seen += machine.tick(now + 9)
            assert machine.wake_at is None
            now += 10
        assert seen == [ASK_AGAIN, ASK_AGAIN, GIVE_UP]

    @pytest.mark.parametrize("event", [interim("eh"), final("", ends=False), SpeechStarted(), SpeechStopped()])
    def test_words_and_voice_start_the_silence_anew(self, event: TurnEvent) -> None:
        machine = speaking()
        play(machine, (1, AgentStopped()), (5, event))
        expected = 9 if event == final("", ends=False) else 13
        assert machine.wake_at == pytest.approx(expected)

    def test_words_start_the_count_anew_and_a_mere_voice_does_not(self) -> None:
        for event, expected in ((final("espere", ends=False), ASK_AGAIN), (SpeechStopped(), GIVE_UP)):
            machine = speaking(reprompts=1)
            play(machine, (1, AgentStopped()))
            assert machine.tick(9) == (ASK_AGAIN,)
            play(machine, (10, AgentStarted()), (11, AgentStopped()), (12, event), (12, UtteranceEnded()))
            play(machine, (13, AgentStarted()), (14, AgentStopped()))
            assert machine.tick(30) == (expected,)

    def test_nobody_is_asked_again_while_a_reply_is_thought_out(self) -> None:
        machine = speaking()
        play(machine, (1, AgentStopped()), (2, final("una cita")))
        assert machine.wake_at is None
        assert machine.tick(60) == ()

    def test_before_the_agent_has_spoken_nothing_is_expected(self) -> None:
        assert listening().wake_at is None

    def test_words_that_come_after_the_deadline_but_before_the_tick_go_first(self) -> None:
        machine = speaking()
        play(machine, (1, AgentStopped()))
        assert machine.handle(final("aquí estoy"), 9.1) == (Commit(text="aquí estoy"),)
