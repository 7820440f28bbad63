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


def test_there_are_five_ways_to_act() -> None:
    assert {kind.__name__ for kind in get_args(TurnCommand)} == {"Commit", "Pause", "CutOff", "Resume", "Reprompt"}
