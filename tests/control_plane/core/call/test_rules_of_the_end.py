"""How a leg ends: once, whatever is said when."""

import pytest

from control_plane.core.call import commands as c
from control_plane.core.call import events as e
from control_plane.core.call.causes import HangupCause
from control_plane.core.call.machine import CallMachine
from control_plane.core.call.state import Phase
from control_plane.core.call.table import PATIENCE
from tests.call_events import (
    ACCEPTED,
    ANSWERED,
    ATTACHED,
    HANG_UP,
    HUNG_UP,
    INITIATED,
    OFFERED,
    REQUESTED,
    REQUESTED_BY_WEBHOOKS,
    TRANSFER,
)

T = 1000.0
TALKING = (REQUESTED, ACCEPTED, ANSWERED, ATTACHED)
LOST_DIAL = e.CommandFailed(command="Dial", code="Timeout")


def after(*events: e.CallEvent) -> CallMachine:
    machine = CallMachine()
    for event in events:
        machine.handle(event, T)
    return machine


@pytest.mark.parametrize("before", [(REQUESTED, ACCEPTED), (OFFERED,), TALKING, (*TALKING, TRANSFER)])
def test_a_wanted_end_is_asked_for_once(before: tuple[e.CallEvent, ...]) -> None:
    machine = after(*before)
    assert machine.handle(HANG_UP, T) == (c.StopTalking(), c.Hangup())
    assert machine.handle(HANG_UP, T) == ()
    assert (machine.state.phase, machine.state.reason) == (Phase.ENDING, "api")


def test_the_end_comes_with_the_carriers_word_and_its_cause() -> None:
    machine = after(*TALKING, HANG_UP)
    assert machine.handle(HUNG_UP, T + 1) == (c.StopTalking(),)
    assert (machine.state.phase, machine.state.cause, machine.state.ended_at) == (
        Phase.ENDED,
        HangupCause.NORMAL,
        T + 1,
    )


def test_without_the_carriers_word_an_asked_end_ends_by_itself() -> None:
    machine = after(*TALKING, HANG_UP)
    machine.tick(T + PATIENCE[Phase.ENDING])
    assert (machine.state.phase, machine.state.cause) == (Phase.ENDED, HangupCause.UNKNOWN)


@pytest.mark.parametrize("before", [(REQUESTED, ACCEPTED, ANSWERED), (*TALKING, e.MediaDetached(stream_id="stream-1"))])
def test_a_leg_that_is_ending_waits_for_no_stream(before: tuple[e.CallEvent, ...]) -> None:
    machine = after(*before, HANG_UP)
    assert machine.wake_at == T + PATIENCE[Phase.ENDING]
    assert machine.tick(T + PATIENCE[Phase.ENDING] - 0.1) == ()


@pytest.mark.parametrize("named", [ACCEPTED, INITIATED])
def test_a_leg_without_a_name_is_hung_up_when_it_gets_one(named: e.CallEvent) -> None:
    machine = after(REQUESTED)
    assert machine.handle(HANG_UP, T) == (c.StopTalking(),)
    assert machine.handle(named, T) == (c.Hangup(),)
    assert machine.handle(named, T) == ()


def test_a_dial_that_was_taken_without_a_name_does_not_use_up_the_hangup() -> None:
    machine = after(REQUESTED, HANG_UP)
    assert machine.handle(e.DialAccepted(control_id=""), T) == ()
    assert machine.handle(INITIATED, T) == (c.Hangup(),)


@pytest.mark.parametrize("end", [HANG_UP, LOST_DIAL])
def test_the_late_leg_of_an_ended_call_is_hung_up_once(end: e.CallEvent) -> None:
    machine = after(REQUESTED, end)
    machine.tick(T + PATIENCE[Phase.ENDING])
    assert machine.state.phase is Phase.ENDED
    assert machine.handle(INITIATED, T + 20) == (c.Hangup(),)
    assert machine.handle(ACCEPTED, T + 21) == ()
    assert machine.state.phase is Phase.ENDED


def test_a_known_leg_of_an_ended_call_is_left_alone() -> None:
    machine = after(*TALKING, HUNG_UP)
    assert machine.handle(INITIATED, T) == machine.handle(ACCEPTED, T) == ()


def test_a_dial_that_nobody_confirms_fails() -> None:
    machine = after(REQUESTED)
    machine.tick(T + PATIENCE[Phase.DIALING])
    assert (machine.state.phase, machine.state.cause) == (Phase.ENDED, HangupCause.FAILED)


@pytest.mark.parametrize(
    ("before", "phase"), [((REQUESTED, ACCEPTED), Phase.RINGING), ((OFFERED,), Phase.OFFERED), (TALKING, Phase.TALKING)]
)
def test_what_lasts_too_long_is_hung_up(before: tuple[e.CallEvent, ...], phase: Phase) -> None:
    machine = after(*before)
    assert machine.tick(T + PATIENCE[phase]) == (c.StopTalking(), c.Hangup())
    assert machine.state.reason == f"{phase} for too long"


# --- refused commands -----------------------------------------------------------------------------


def test_a_refused_dial_ends_the_call_as_failed() -> None:
    machine = after(REQUESTED, e.CommandFailed(command="Dial", code="10015"))
    assert (machine.state.phase, machine.state.cause) == (Phase.ENDED, HangupCause.FAILED)
    assert machine.state.reason == "Dial refused: 10015"


@pytest.mark.parametrize("before", [(REQUESTED, INITIATED), (REQUESTED, ANSWERED), (REQUESTED, ATTACHED)])
def test_a_dial_whose_answer_was_lost_does_not_end_the_leg_it_made(before: tuple[e.CallEvent, ...]) -> None:
    machine = after(*before)
    phase = machine.state.phase
    assert machine.handle(LOST_DIAL, T) == ()
    assert machine.state.phase is phase


def test_an_offered_call_that_cannot_be_answered_is_given_up() -> None:
    machine = after(OFFERED)
    assert machine.handle(e.CommandFailed(command="Answer", code="1"), T) == (c.StopTalking(), c.Hangup())


def test_a_caller_who_is_not_heard_is_not_kept_on_the_line() -> None:
    machine = after(REQUESTED_BY_WEBHOOKS, ACCEPTED, ANSWERED)
    refused = e.CommandFailed(command="StartTranscription", code="1")
    assert machine.handle(refused, T) == (c.StopTalking(), c.Hangup())


def test_a_refusal_on_the_way_out_keeps_reason_and_patience() -> None:
    machine = after(OFFERED, HANG_UP)
    before = machine.state
    assert machine.handle(e.CommandFailed(command="Answer", code="1"), T + 5) == ()
    assert machine.state is before


@pytest.mark.parametrize("command", ["StopStream", "Hangup", "SendDigits", "StartRecording", "FetchRecording", "Later"])
def test_other_refusals_are_only_noted(command: str) -> None:
    machine = after(*TALKING)
    before = machine.state
    assert machine.handle(e.CommandFailed(command=command, code="1"), T) == ()
    assert machine.state is before


GONE = e.CommandFailed(command="SendDigits", code="90018", gone=True)


@pytest.mark.parametrize("before", [(OFFERED,), TALKING, (*TALKING, TRANSFER)])
def test_a_leg_that_is_gone_before_our_command_ends_for_the_reason_that_the_carrier_tells(
    before: tuple[e.CallEvent, ...],
) -> None:
    machine = after(*before)
    assert machine.handle(GONE, T) == (c.StopTalking(),)
    assert machine.state.phase is Phase.ENDING
    machine.handle(e.LegHungUp(cause=HangupCause.CANCELLED, source="caller"), T + 1)
    assert (machine.state.phase, machine.state.cause) == (Phase.ENDED, HangupCause.CANCELLED)


def test_a_leg_that_is_gone_without_a_word_ends_by_itself() -> None:
    machine = after(*TALKING, GONE)
    assert machine.handle(HANG_UP, T) == ()
    machine.tick(T + PATIENCE[Phase.ENDING])
    assert (machine.state.phase, machine.state.cause) == (Phase.ENDED, HangupCause.UNKNOWN)


def test_a_leg_that_is_gone_when_it_is_hung_up_waits_for_the_carriers_word_no_longer() -> None:
    machine = after(*TALKING, HANG_UP)
    before = machine.state
    assert machine.handle(GONE, T + 5) == ()
    assert machine.state is before


# --- what is left ---------------------------------------------------------------------------------


@pytest.mark.parametrize("end", [(), (HANG_UP,), (HUNG_UP,)])
def test_a_recording_is_fetched_whenever_it_comes(end: tuple[e.CallEvent, ...]) -> None:
    machine = after(*TALKING, *end)
    saved = e.RecordingSaved(url="https://carrier.example/r.mp3", format="mp3")
    assert machine.handle(saved, T) == (c.FetchRecording(url="https://carrier.example/r.mp3", format="mp3"),)


def test_an_ended_leg_is_woken_by_nothing() -> None:
    machine = after(*TALKING, HUNG_UP)
    assert machine.wake_at is None
    assert machine.handle(ATTACHED, T) == machine.handle(ANSWERED, T) == machine.tick(T + 1e6) == ()
    assert machine.state.phase is Phase.ENDED
