"""What the call machine can ask for."""

from dataclasses import FrozenInstanceError, fields
from typing import get_args

import pytest

from control_plane.core.call.commands import CarrierCommand, Command, Directive, Hangup, Reject
from tests.call_events import COMMAND_OF_EACH


def test_every_command_is_either_kept_or_a_directive() -> None:
    kept, directives = set(get_args(CarrierCommand)), set(get_args(Directive))
    assert kept | directives == set(get_args(Command))
    assert not kept & directives


def test_the_samples_hold_every_carrier_command_once() -> None:
    kinds = [type(command) for command in COMMAND_OF_EACH]
    assert set(kinds) == set(get_args(CarrierCommand))
    assert len(kinds) == len(set(kinds))


@pytest.mark.parametrize("kind", get_args(Command), ids=lambda kind: kind.__name__)
def test_the_fields_of_a_command_travel_as_json(kind: type) -> None:
    assert {field.type for field in fields(kind)} <= {str, bool}


def test_equal_commands_are_equal_and_cannot_be_changed() -> None:
    assert Hangup() == Hangup()
    assert Reject() == Reject(busy=True) != Reject(busy=False)
    with pytest.raises(FrozenInstanceError):
        Reject().busy = False  # type: ignore[misc]
