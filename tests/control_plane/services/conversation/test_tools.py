"""What a tool does to the call, and what the model reads about it."""

from typing import Any

import pytest

from control_plane.core.call.events import DigitsRequested, HangupRequested, TransferRequested
from control_plane.services.conversation.tools import toolbox

ALL = ("end_call", "transfer_call", "send_digits")
NUMBER = "+573005550199"


def test_a_bot_has_the_tools_it_may_use_and_no_others() -> None:
    assert set(toolbox(ALL, transfer_number=NUMBER)) == set(ALL)
    assert set(toolbox(("end_call",), transfer_number=NUMBER)) == {"end_call"}
    assert toolbox((), transfer_number=NUMBER) == {}
    assert toolbox(("make_coffee",), transfer_number=NUMBER) == {}


def test_without_a_number_nobody_can_be_transferred() -> None:
    assert set(toolbox(ALL, transfer_number="")) == {"end_call", "send_digits"}


@pytest.mark.parametrize("name", ALL)
def test_every_tool_is_described_by_an_object_schema_that_allows_nothing_else(name: str) -> None:
    spec = toolbox(ALL, transfer_number=NUMBER)[name].spec
    assert spec.name == name
    assert spec.description
    assert spec.parameters["type"] == "object"
    assert spec.parameters["additionalProperties"] is False
    assert set(spec.parameters.get("required", ())) <= set(spec.parameters["properties"])


def test_ending_the_call_closes_the_reply_and_hangs_up_afterwards() -> None:
    outcome = toolbox(ALL, transfer_number=NUMBER)["end_call"].act({})
    assert outcome.closes
    assert outcome.then == HangupRequested(reason="the bot said goodbye")


def test_a_transfer_goes_to_the_configured_number_whatever_the_model_says() -> None:
    outcome = toolbox(ALL, transfer_number=NUMBER)["transfer_call"].act({"number": "+19005550100"})
    assert outcome.closes
    assert outcome.then == TransferRequested(to=NUMBER)


@pytest.mark.parametrize("digits", ["1", "0123456789ABCD*#wW", "1" * 64])
def test_keys_are_pressed_and_the_model_goes_on(digits: str) -> None:
    outcome = toolbox(ALL, transfer_number=NUMBER)["send_digits"].act({"digits": digits})
    assert outcome.then == DigitsRequested(digits=digits)
    assert not outcome.closes


@pytest.mark.parametrize(
    "arguments", [{}, {"digits": ""}, {"digits": "1" * 65}, {"digits": "12x"}, {"digits": None}, {"digits": ["1"]}]
)
def test_what_are_no_keys_is_refused(arguments: dict[str, Any]) -> None:
    outcome = toolbox(ALL, transfer_number=NUMBER)["send_digits"].act(arguments)
    assert outcome.then is None
    assert outcome.result.startswith("Error")


def test_keys_given_as_a_number_are_pressed_as_written() -> None:
    assert toolbox(ALL, transfer_number=NUMBER)["send_digits"].act({"digits": 12}).then == DigitsRequested(digits="12")
