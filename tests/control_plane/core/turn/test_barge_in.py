"""What counts as an interruption."""

import pytest

from control_plane.core.turn.barge_in import AgentPause, Verdict, WordsInterrupt
from control_plane.core.turn.policy import TurnPolicy


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("", Verdict.NOTHING),
        ("¿…?", Verdict.NOTHING),
        ("ajá", Verdict.MURMUR),
        ("no", Verdict.INTERRUPTION),
        ("sí, pero espere", Verdict.INTERRUPTION),
        ("hola", Verdict.INTERRUPTION),
    ],
)
def test_words_that_are_not_all_backchannels_interrupt(text: str, verdict: Verdict) -> None:
    assert WordsInterrupt(policy=TurnPolicy()).judge(text, opening=False) is verdict


def test_picking_up_is_no_interruption() -> None:
    assert WordsInterrupt(policy=TurnPolicy()).judge("¿Aló? Buenas tardes", opening=True) is Verdict.MURMUR


def test_fewer_words_than_asked_for_are_a_murmur() -> None:
    strategy = WordsInterrupt(policy=TurnPolicy(min_words=3))
    assert strategy.judge("no espere", opening=False) is Verdict.MURMUR
    assert strategy.judge("no espere tantito", opening=False) is Verdict.INTERRUPTION


def test_a_murmur_answers_when_little_is_left_to_say() -> None:
    strategy = WordsInterrupt(policy=TurnPolicy(answer_window_s=1.0))
    assert strategy.is_answer(AgentPause(at=0, remaining_s=1.0))
    assert not strategy.is_answer(AgentPause(at=0, remaining_s=1.1))
    assert not strategy.is_answer(AgentPause(at=0))


def test_a_silent_caller_is_a_false_alarm_sooner_than_a_noisy_one() -> None:
    strategy = WordsInterrupt(policy=TurnPolicy(false_alarm_s=1.5, pause_limit_s=4.0))
    assert strategy.resume_at(AgentPause(at=10), voice=False) == 11.5
    assert strategy.resume_at(AgentPause(at=10), voice=True) == 14


def test_after_enough_false_alarms_a_voice_does_not_pause() -> None:
    strategy = WordsInterrupt(policy=TurnPolicy(false_alarms=2))
    assert [strategy.voice_pauses(n) for n in range(4)] == [True, True, False, False]


@pytest.mark.parametrize("text", ["Muy", "De", "Claro, muy", "Por", "Sí, está"])
def test_the_beginning_of_a_backchannel_is_no_interruption_while_more_may_come(text: str) -> None:
    strategy = WordsInterrupt(policy=TurnPolicy())
    assert strategy.judge(text, opening=False, growing=True) is Verdict.MURMUR
    assert strategy.judge(f"{text} mañana", opening=False, growing=True) is Verdict.INTERRUPTION
