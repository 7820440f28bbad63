"""Events and commands travel through the store and come back as they were."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_plane.core.call import commands as c
from control_plane.core.call.events import CallEvent
from control_plane.services.calls import journal
from tests.call_events import BEGINNINGS, COMMAND_OF_EACH, EVENTS, ONE_OF_EACH


@pytest.mark.parametrize("event", ONE_OF_EACH, ids=lambda event: type(event).__name__)
def test_an_event_of_every_kind_comes_back(event: CallEvent) -> None:
    kind, body = journal.pack(event)
    assert journal.unpack_event(kind, json.loads(json.dumps(body))) == event


@given(BEGINNINGS | EVENTS)
def test_an_event_with_any_values_comes_back(event: CallEvent) -> None:
    kind, body = journal.pack(event)
    assert journal.unpack_event(kind, json.loads(json.dumps(body))) == event


@pytest.mark.parametrize("command", COMMAND_OF_EACH, ids=lambda command: type(command).__name__)
def test_a_command_of_every_kind_comes_back(command: c.CarrierCommand) -> None:
    kind, body = journal.pack(command)
    assert journal.unpack_command(kind, json.loads(json.dumps(body))) == command


def test_a_kind_of_another_version_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        journal.unpack_event("CallSung", {})
    with pytest.raises(KeyError):
        journal.unpack_command("Deliver", {})


def test_the_id_of_a_command_is_the_same_in_every_process() -> None:
    assert journal.command_id("call-1", 3, position=0) == "0d266a0a-6bfb-5ffe-9348-9d884edeee29"


@given(st.sets(st.tuples(st.text("ab1/", max_size=4), st.integers(0, 99), st.integers(0, 9)), min_size=2, max_size=9))
def test_two_commands_never_share_an_id(places: set[tuple[str, int, int]]) -> None:
    calls = {(call_id.replace("/", "-"), seq, position) for call_id, seq, position in places}
    ids = {journal.command_id(call_id, seq, position=position) for call_id, seq, position in calls}
    assert len(ids) == len(calls)


def test_only_carrier_commands_are_kept_and_in_their_order() -> None:
    commands = (c.StopStream(), c.StopTalking(), c.StartStream(), c.Deliver(), c.Hangup())
    kept = journal.to_store("call-1", 7, commands=commands, now=1_700_000_000.0)
    assert [stored.kind for stored in kept] == ["StopStream", "StartStream", "Hangup"]
    assert [stored.id for stored in kept] == [
        journal.command_id("call-1", 7, position=position) for position in (0, 2, 4)
    ]
    times = [stored.at for stored in kept]
    assert times == sorted(set(times))
    assert times[-1] - times[0] < 0.001
    assert {stored.state for stored in kept} == {"pending"}
