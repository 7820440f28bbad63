"""What the turn machine can ask for."""

from dataclasses import FrozenInstanceError
from typing import get_args

import pytest

from control_plane.core.turn.commands import Commit, Reprompt, Silence, TurnCommand


def test_commands_are_values_that_compare_and_do_not_change() -> None:
    assert Commit(text="sí") == Commit(text="sí")
    assert Reprompt(reason=Silence.NO_INPUT) != Reprompt(reason=Silence.GIVEN_UP)
    with pytest.raises(FrozenInstanceError):
        Commit(text="sí").text = "no"  # type: ignore[misc]


def test_there_are_nine_ways_to_act() -> None:
    ways = "Commit Speculate Withdraw Hold Release Pause CutOff Resume Reprompt"
    assert {kind.__name__ for kind in get_args(TurnCommand)} == set(ways.split())
