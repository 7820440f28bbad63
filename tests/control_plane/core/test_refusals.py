"""What is refused, and how it is told."""

import pytest

from control_plane.core.refusals import REFUSALS, Refused, invalid, told, unknown


def test_what_does_not_exist_is_told_by_its_name() -> None:
    refused = unknown("order_line")
    assert refused.code == "unknown_order_line"
    assert (told(refused).status, told(refused).title) == (404, "There is no such order line")


def test_a_wrong_field_is_named() -> None:
    refused = invalid("price", "is negative")
    assert refused.code == "invalid"
    assert [(fault.field, fault.message) for fault in refused.faults] == [("price", "is negative")]


def test_a_code_that_nobody_declared_is_a_fault_of_ours() -> None:
    with pytest.raises(KeyError):
        told(Refused("made_up"))


def test_every_code_is_a_refusal_by_its_status() -> None:
    assert all((400 <= how.status < 500 or how.status == 503) and how.title for how in REFUSALS.values())
