"""The moves of a conversation's turns, one by one."""

import pytest

from control_plane.core.turn.barge_in import WordsInterrupt
from control_plane.core.turn.commands import Commit, CutOff, Hold, Pause, Release, Speculate
from control_plane.core.turn.endpointing import FixedEndpointing
from control_plane.core.turn.floor import Floor, TurnState
from control_plane.core.turn.policy import TurnPolicy


@pytest.fixture
def it() -> TurnState:
    policy = TurnPolicy(speculations=3)
    return TurnState(policy, endpointing=FixedEndpointing.of(policy), barge_in=WordsInterrupt(policy=policy))


def test_whoever_is_cut_off_while_audible_is_silenced_first(it: TurnState) -> None:
    it.agent_begins(1.0)
    it.cut_off(2.0)
    assert it.commands == [Pause(), CutOff()]
    assert it.floor is Floor.LISTENING


def test_only_a_reply_in_preparation_is_kept_back_and_once(it: TurnState) -> None:
    it.hold(1.0)
    assert it.commands == []
    it.turn.take_final("una cita", True, now=1.0)
    it.commit(1.0)
    it.hold(1.1)
    it.hold(1.2)
    assert it.commands == [Commit(text="una cita"), Hold()]


def test_a_reply_that_was_kept_back_for_nothing_is_let_go(it: TurnState) -> None:
    it.turn.take_final("una cita", True, now=1.0)
    it.commit(1.0)
    it.turn.take_voice(True, 1.1)
    it.hold(1.1)
    it.turn.take_voice(False, 1.5)
    due = it.next()
    assert due is not None
    assert due[0] == pytest.approx(1.5 + it.policy.hold_s)
    due[1](due[0])
    assert it.commands[-1] == Release()
    assert it.next() is None


def test_a_guess_that_is_decided_in_the_same_moment_is_none(it: TurnState) -> None:
    it.turn.take_final("una cita", True, now=1.0)
    it.guess()
    assert it.commands == [Speculate(text="una cita")]
    it.commit(1.0)
    assert it.commands == [Commit(text="una cita")]


def test_a_murmur_answers_only_who_was_as_good_as_done(it: TurnState) -> None:
    it.murmur = ("sí", 5.0)
    assert it.answer_in_murmur(5.5) is not None
    assert it.answer_in_murmur(9.0) is None
