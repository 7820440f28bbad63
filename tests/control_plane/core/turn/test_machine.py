"""The turn machine, by conversations in seconds."""

from math import inf

import pytest

from control_plane.core.turn.barge_in import WordsInterrupt
from control_plane.core.turn.commands import Commit, CutOff, Hold, Pause, Reprompt, Resume, Silence, TurnCommand
from control_plane.core.turn.endpointing import CallerTurn
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
from control_plane.core.turn.floor import Floor
from control_plane.core.turn.machine import TurnMachine
from control_plane.core.turn.policy import TurnPolicy

PAUSE, CUT_OFF, RESUME = Pause(), CutOff(), Resume()
ASK_AGAIN = Reprompt(reason=Silence.NO_INPUT)


def interim(text: str) -> InterimHeard:
    return InterimHeard(text=text)


def final(text: str, *, ends: bool = True) -> FinalHeard:
    return FinalHeard(text=text, ends_speech=ends)


def key(digit: str) -> DigitPressed:
    return DigitPressed(digit=digit)


def paused(remaining_s: float) -> AgentPaused:
    return AgentPaused(remaining_s=remaining_s)


def play(machine: TurnMachine, *events: tuple[float, TurnEvent]) -> list[TurnCommand]:
    """All commands of these events, without any tick in between."""
    return [command for now, event in events for command in machine.handle(event, now)]


def listening(**policy: float) -> TurnMachine:
    return TurnMachine(TurnPolicy(**policy))


def speaking(**policy: float) -> TurnMachine:
    """The caller had a first turn, and the agent is audible since second 0."""
    machine = TurnMachine(TurnPolicy(**policy))
    assert play(machine, (-1, final("buenas")), (0, AgentStarted())) == [Commit(text="buenas")]
    return machine


class TestEndOfTurn:
    def test_finals_accumulate_until_the_endpoint(self) -> None:
        machine = listening()
        events = (1, final("quiero una cita", ends=False)), (2, final("para mi perro"))
        assert play(machine, *events) == [Commit(text="quiero una cita para mi perro")]
        assert machine.thinking

    def test_an_utterance_end_commits_when_no_endpoint_came(self) -> None:
        assert play(listening(), (1, final("hola", ends=False)), (2, UtteranceEnded())) == [Commit(text="hola")]

    def test_an_utterance_end_after_an_endpoint_is_ignored(self) -> None:
        assert play(listening(), (1, final("hola")), (2, UtteranceEnded())) == [Commit(text="hola")]

    def test_empty_finals_are_ignored(self) -> None:
        assert play(listening(), (1, final("")), (2, final("  ", ends=False)), (3, UtteranceEnded())) == []

    def test_an_empty_endpoint_closes_pending_finals(self) -> None:
        assert play(listening(), (1, final("hola", ends=False)), (2, final(""))) == [Commit(text="hola")]

    def test_silence_without_an_endpoint_commits_after_the_patience(self) -> None:
        machine = listening()
        assert play(machine, (0, SpeechStarted()), (1, final("hola", ends=False)), (1.5, SpeechStopped())) == []
        assert machine.wake_at == pytest.approx(2.7)
        assert machine.tick(2.6) == ()
        assert machine.tick(2.7) == (Commit(text="hola"),)
        assert machine.wake_at is None

    def test_a_caller_who_goes_on_is_waited_for(self) -> None:
        machine = listening()
        play(machine, (1, final("quiero", ends=False)), (1, SpeechStopped()), (2, interim("una")))
        assert machine.tick(2.5) == ()
        assert machine.wake_at == pytest.approx(3.2)

    def test_a_backchannel_is_an_answer_while_the_agent_is_silent(self) -> None:
        assert play(listening(), (1, final("sí"))) == [Commit(text="sí")]

    def test_who_goes_on_before_the_reply_is_heard_gets_one_answer_to_all(self) -> None:
        machine = listening()
        events = (1, final("una cita")), (2, final("para mañana")), (3, AgentStarted()), (4, AgentStopped())
        assert play(machine, *events) == [Commit(text="una cita"), Commit(text="una cita para mañana")]
        assert machine.handle(final("gracias"), 5) == (Commit(text="gracias"),)

    def test_a_reply_without_audio_counts_as_an_answer(self) -> None:
        events = (1, final("uno")), (2, AgentStopped()), (3, final("dos"))
        assert play(listening(), *events) == [Commit(text="uno"), Commit(text="dos")]

    def test_another_endpointing_strategy_can_be_handed_in(self) -> None:
        class Eager:
            def due(self, turn: CallerTurn) -> float | None:
                return turn.heard_at if turn.finals else None

        machine = TurnMachine(TurnPolicy(), endpointing=Eager())
        assert machine.handle(final("hola", ends=False), 1) == (Commit(text="hola"),)


class TestBargeIn:
    def test_the_callers_voice_pauses_the_agent(self) -> None:
        machine = speaking()
        assert machine.handle(SpeechStarted(), 1) == (PAUSE,)
        assert machine.floor is Floor.PAUSED

    def test_words_in_the_pause_cut_the_agent_off_and_are_committed(self) -> None:
        events = (1, SpeechStarted()), (1, paused(9)), (1.5, interim("no espere")), (2, final("no, espere"))
        assert play(speaking(), *events) == [PAUSE, CUT_OFF, Commit(text="no, espere")]

    def test_a_final_in_the_pause_that_does_not_end_speech_waits_for_the_endpoint(self) -> None:
        events = (1, SpeechStarted()), (2, final("espere", ends=False)), (3, final("el martes no"))
        assert play(speaking(), *events) == [PAUSE, CUT_OFF, Commit(text="espere el martes no")]

    @pytest.mark.parametrize("words", ["Ajá.", "sí, claro", "Mhm", "de acuerdo"])
    def test_a_backchannel_lets_the_agent_go_on_and_is_forgotten(self, words: str) -> None:
        machine = speaking()
        assert play(machine, (1, SpeechStarted()), (1, paused(5)), (2, final(words))) == [PAUSE, RESUME]
        assert machine.floor is Floor.SPEAKING
        assert play(machine, (9, AgentStopped()), (10, final("gracias"))) == [Commit(text="gracias")]

    def test_a_backchannel_while_the_reply_is_still_being_written_lets_the_agent_go_on(self) -> None:
        assert play(speaking(), (1, SpeechStarted()), (1, paused(inf)), (2, final("ajá"))) == [PAUSE, RESUME]

    def test_a_backchannel_at_the_end_of_the_question_is_its_answer(self) -> None:
        events = (1, SpeechStarted()), (1, paused(0.6)), (2, final("sí"))
        assert play(speaking(), *events) == [PAUSE, CUT_OFF, Commit(text="sí")]

    def test_a_soft_yes_just_before_the_agent_stops_is_its_answer(self) -> None:
        assert play(speaking(), (4, final("sí")), (4.5, AgentStopped())) == [Commit(text="sí")]

    def test_a_soft_backchannel_long_before_the_agent_stops_is_forgotten(self) -> None:
        assert play(speaking(), (1, final("sí")), (4, AgentStopped())) == []

    def test_a_pause_without_words_is_a_false_alarm_once_the_caller_is_silent(self) -> None:
        machine = speaking()
        assert play(machine, (1, SpeechStarted()), (1, paused(5)), (1.3, SpeechStopped())) == [PAUSE]
        assert machine.wake_at == pytest.approx(2.6)
        assert machine.tick(2.6) == (RESUME,)

    def test_who_falls_silent_after_the_false_alarm_time_is_resumed_at_once(self) -> None:
        assert play(speaking(), (1, SpeechStarted()), (3, SpeechStopped())) == [PAUSE, RESUME]

    def test_no_pause_without_words_lasts_longer_than_the_limit(self) -> None:
        machine = speaking()
        machine.handle(SpeechStarted(), 1)
        assert machine.wake_at == pytest.approx(5)
        assert machine.tick(5) == (RESUME,)

    def test_words_after_a_false_alarm_still_interrupt(self) -> None:
        machine = speaking()
        play(machine, (1, SpeechStarted()), (1.2, SpeechStopped()))
        assert machine.tick(3) == (RESUME,)
        assert play(machine, (3.1, interim("espere por favor"))) == [PAUSE, CUT_OFF]

    def test_words_without_a_voice_start_interrupt_at_once(self) -> None:
        assert play(speaking(), (1, interim("espere"))) == [PAUSE, CUT_OFF]
        assert play(speaking(), (1, final("espere"))) == [PAUSE, CUT_OFF, Commit(text="espere")]

    def test_backchannel_interims_do_nothing(self) -> None:
        assert play(speaking(), (1, interim("ajá")), (2, interim(""))) == []
        assert play(speaking(), (1, SpeechStarted()), (1.5, interim("ajá"))) == [PAUSE]

    def test_empty_finals_do_nothing(self) -> None:
        assert play(speaking(), (1, final("")), (2, AgentStopped())) == []
        assert play(speaking(), (1, SpeechStarted()), (1, paused(0.2)), (1.5, final(""))) == [PAUSE]

    def test_another_barge_in_strategy_can_be_handed_in(self) -> None:
        class NeverByVoice(WordsInterrupt):
            def voice_pauses(self, false_alarms: int) -> bool:
                return False

        machine = TurnMachine(TurnPolicy(), barge_in=NeverByVoice(policy=TurnPolicy()))
        assert play(machine, (0, AgentStarted()), (1, SpeechStarted())) == []

    def test_a_line_that_only_makes_noise_stops_pausing_the_reply(self) -> None:
        machine = speaking(false_alarms=2)
        for start in (1, 10):
            assert play(machine, (start, SpeechStarted()), (start + 0.2, SpeechStopped())) == [PAUSE]
            assert machine.tick(start + 5) == (RESUME,)
        assert play(machine, (20, SpeechStarted()), (21, interim("oiga"))) == [PAUSE, CUT_OFF]
        play(machine, (22, final("oiga")), (23, AgentStarted()))
        assert machine.handle(SpeechStarted(), 24) == (PAUSE,)

    def test_too_few_words_do_not_interrupt(self) -> None:
        assert play(speaking(min_words=2), (1, interim("espere"))) == []
        assert play(speaking(min_words=2), (1, interim("espere un momento"))) == [PAUSE, CUT_OFF]

    def test_a_reply_that_ends_as_it_is_paused_leaves_the_floor_to_the_caller(self) -> None:
        machine = speaking()
        assert play(machine, (1, SpeechStarted()), (1, AgentStopped())) == [PAUSE, RESUME]
        assert machine.floor is Floor.LISTENING
        assert machine.handle(final("sí"), 2) == (Commit(text="sí"),)

    def test_after_a_cut_off_without_a_final_the_caller_is_asked_again(self) -> None:
        machine = speaking()
        play(machine, (1, interim("espere")))
        assert machine.wake_at == pytest.approx(9)
        assert machine.tick(9) == (ASK_AGAIN,)


class TestReplyThatStartsWhileTheCallerGoesOn:
    def test_pending_words_cut_it_off(self) -> None:
        events = (1, final("una cita")), (2, interim("para el")), (2.1, AgentStarted()), (3, final("para el martes"))
        expected = [Commit(text="una cita"), PAUSE, CUT_OFF, Commit(text="para el martes")]
        assert play(listening(), *events) == expected

    def test_pending_keys_cut_it_off(self) -> None:
        machine = listening()
        assert play(machine, (1, final("mi número es")), (2, key("5")), (2.1, AgentStarted()))[1:] == [PAUSE, CUT_OFF]
        assert machine.tick(4) == (Commit(text="[DTMF 5]"),)

    def test_a_voice_since_the_commit_pauses_it(self) -> None:
        events = (1, final("una cita")), (1.5, SpeechStarted()), (2, AgentStarted())
        assert play(listening(), *events) == [Commit(text="una cita"), Hold(), PAUSE]

    def test_a_voice_that_never_stopped_does_not_pause_it(self) -> None:
        assert play(listening(), (0, SpeechStarted()), (1, final("una cita")), (2, AgentStarted()))[1:] == []

    def test_a_pending_backchannel_is_forgotten(self) -> None:
        machine = listening()
        events = (1, final("una cita")), (1.5, final("sí", ends=False)), (2, AgentStarted()), (6, AgentStopped())
        assert play(machine, *events)[1:] == []
        assert machine.handle(final("gracias"), 7) == (Commit(text="gracias"),)

    def test_who_picks_up_with_a_greeting_does_not_break_ours_off(self) -> None:
        events = (0, AgentStarted()), (0.5, SpeechStarted()), (0.5, paused(4)), (1, interim("¿Bueno?"))
        assert play(listening(), *events, (1.5, final("¿Bueno?"))) == [PAUSE, RESUME]
        assert play(speaking(), (1, interim("¿Hola?"))) == [PAUSE, CUT_OFF]
