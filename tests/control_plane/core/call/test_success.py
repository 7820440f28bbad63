"""What counts as a call that went well."""

import pytest

from control_plane.core.call.causes import HangupCause
from control_plane.core.call.success import BROKEN, NOBODY_TALKED, succeeded
from control_plane.services.calls import roster
from control_plane.services.conversation.delivery import NO_VOICE


@pytest.mark.parametrize("reason", ["", "the bot said goodbye", "asked by the API", "talking for too long"])
def test_a_call_in_which_the_caller_spoke_and_which_ended_in_order_is_one(reason: str) -> None:
    assert succeeded("normal", reason, caller_spoke=True)
    assert succeeded("time_limit", reason, caller_spoke=True)


@pytest.mark.parametrize("reason", [*BROKEN, "StartTranscription refused: 90018"])
def test_a_call_that_a_fault_ended_is_none(reason: str) -> None:
    assert not succeeded("normal", reason, caller_spoke=True)


@pytest.mark.parametrize("reason", NOBODY_TALKED)
def test_a_call_in_which_only_a_machine_was_heard_is_none(reason: str) -> None:
    assert not succeeded("normal", reason, caller_spoke=True)


@pytest.mark.parametrize("cause", sorted(set(HangupCause) - {HangupCause.NORMAL, HangupCause.TIME_LIMIT}))
def test_a_call_whose_leg_was_lost_is_none(cause: str) -> None:
    assert not succeeded(cause, "", caller_spoke=True)


def test_a_call_in_which_nobody_spoke_is_none() -> None:
    assert not succeeded("normal", "", caller_spoke=False)


def test_the_reasons_are_those_that_calls_are_ended_with() -> None:
    with open(roster.__file__, encoding="utf-8") as source:
        assert BROKEN[1] in source.read()
    assert NO_VOICE.reason == BROKEN[0]
