"""When a turn is over."""

import pytest

from control_plane.core.turn.endpointing import CallerTurn, FixedEndpointing
from control_plane.core.turn.policy import TurnPolicy

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
