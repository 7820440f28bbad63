"""What becomes of a call of ours that an answering machine takes."""

from dataclasses import replace

import pytest

from control_plane.core.call import commands as c
from control_plane.core.call import events as e
from control_plane.core.call.answering import GREETING_PATIENCE_S
from control_plane.core.call.causes import MACHINE
from control_plane.core.call.machine import CallMachine
from control_plane.core.call.state import LegState, OnMachine, Phase
from tests.call_events import ACCEPTED, ANSWERED, ATTACHED, DETACHED, REQUESTED, REQUESTED_BY_WEBHOOKS, TRANSFER

T = 1000.0
VERDICT = e.MachineDetected()
BEEP = e.MachineGreetingEnded(sure=True)
NOT_SURE = e.MachineGreetingEnded(sure=False)
MESSAGE = (c.LeaveMessage(stream=True),)


def dialled(on_machine: OnMachine, *events: e.CallEvent, stream: bool = True) -> CallMachine:
    machine = CallMachine()
    requested = replace(REQUESTED if stream else REQUESTED_BY_WEBHOOKS, on_machine=on_machine.value)
    for event in (requested, ACCEPTED, *events):
        machine.handle(event, T)
    return machine


def leaving(*events: e.CallEvent, stream: bool = True) -> CallMachine:
    return dialled(OnMachine.LEAVE_MESSAGE, *events, stream=stream)


@pytest.mark.parametrize("action", OnMachine)
def test_the_dial_says_what_the_carrier_is_to_look_for(action: OnMachine) -> None:
    machine = CallMachine()
    [command] = machine.handle(replace(REQUESTED, on_machine=action.value), T)
    assert isinstance(command, c.Dial)
    assert command.on_machine == action


# --- as if it were a person -----------------------------------------------------------------------


@pytest.mark.parametrize("event", [VERDICT, BEEP])
def test_a_bot_that_talks_to_machines_goes_on(event: e.CallEvent) -> None:
    machine = dialled(OnMachine.TALK, ANSWERED, ATTACHED)
    assert machine.handle(event, T) == ()
    assert machine.state.machine
    assert machine.state.phase is Phase.TALKING
    assert machine.state.greeting_deadline is None


# --- hang up --------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", [(), (ANSWERED,), (ANSWERED, ATTACHED)], ids=["ringing", "answered", "talking"])
@pytest.mark.parametrize("event", [VERDICT, BEEP])
def test_a_machine_is_hung_up_on_with_a_reason_of_its_own(before: tuple[e.CallEvent, ...], event: e.CallEvent) -> None:
    machine = dialled(OnMachine.HANG_UP, *before)
    assert machine.handle(event, T) == (c.StopTalking(), c.Hangup())
    assert (machine.state.phase, machine.state.reason) == (Phase.ENDING, MACHINE)


def test_a_person_is_not_hung_up_on_for_a_carrier_that_is_not_sure() -> None:
    machine = dialled(OnMachine.HANG_UP, ANSWERED, ATTACHED)
    assert machine.handle(NOT_SURE, T) == ()
    assert not machine.state.machine


# --- leave a message ------------------------------------------------------------------------------


def test_the_bot_is_silent_until_the_greeting_is_over_and_leaves_its_message() -> None:
    machine = leaving(ANSWERED, ATTACHED)
    assert machine.handle(VERDICT, T) == (c.StopTalking(),)
    assert machine.handle(BEEP, T + 4) == MESSAGE
    assert machine.state.phase is Phase.TALKING


@pytest.mark.parametrize("again", [VERDICT, BEEP, NOT_SURE])
def test_the_message_is_left_once(again: e.CallEvent) -> None:
    machine = leaving(ANSWERED, ATTACHED, VERDICT, BEEP)
    assert machine.handle(again, T + 5) == ()


def test_a_verdict_that_comes_twice_does_not_prolong_the_wait() -> None:
    machine = leaving(ANSWERED, ATTACHED, VERDICT)
    assert machine.handle(VERDICT, T + 20) == ()
    assert machine.state.greeting_deadline == T + GREETING_PATIENCE_S


def test_a_beep_that_is_faster_than_the_verdict_counts_as_one() -> None:
    assert leaving(ANSWERED, ATTACHED).handle(BEEP, T) == MESSAGE


def test_a_machine_whose_greeting_never_ends_gets_the_message_all_the_same() -> None:
    machine = leaving(ANSWERED, ATTACHED, VERDICT)
    assert machine.wake_at == T + GREETING_PATIENCE_S
    assert machine.tick(T + GREETING_PATIENCE_S) == MESSAGE
    assert machine.handle(NOT_SURE, T + 31) == ()


def test_a_carrier_that_is_not_sure_of_the_end_has_waited_long_enough() -> None:
    assert leaving(ANSWERED, ATTACHED, VERDICT).handle(NOT_SURE, T + 5) == MESSAGE


def test_in_webhook_mode_the_carrier_speaks_the_message() -> None:
    machine = leaving(ANSWERED, VERDICT, stream=False)
    assert machine.handle(BEEP, T + 4) == (c.LeaveMessage(stream=False),)


# --- in any order ---------------------------------------------------------------------------------


@pytest.mark.parametrize("early", [(VERDICT,), (VERDICT, BEEP)], ids=["greeting", "beep"])
def test_a_verdict_before_the_answer_is_remembered(early: tuple[e.CallEvent, ...]) -> None:
    machine = leaving(*early, ANSWERED)
    commands = machine.handle(ATTACHED, T + 1)
    assert commands == (() if early == (VERDICT,) else MESSAGE)
    if not commands:
        assert machine.handle(BEEP, T + 2) == MESSAGE


def test_a_stream_that_is_away_when_the_beep_comes_brings_the_message_when_it_is_back() -> None:
    machine = leaving(ANSWERED, ATTACHED, VERDICT, DETACHED)
    assert machine.handle(BEEP, T + 1) == ()
    assert machine.handle(e.MediaAttached(stream_id="stream-2"), T + 2) == MESSAGE


def test_a_call_that_another_process_takes_over_waits_on_and_leaves_its_message() -> None:
    machine = CallMachine(LegState.restore(leaving(ANSWERED, ATTACHED, VERDICT).state.snapshot()))
    machine.handle(e.ProcessRestarted(), T + 1)
    assert machine.handle(e.MediaAttached(stream_id="stream-2"), T + 2) == ()
    assert machine.handle(BEEP, T + 3) == MESSAGE


@pytest.mark.parametrize(
    "end", [e.LegHungUp(cause="normal"), e.HangupRequested(reason="api"), TRANSFER, e.LegBridged()]
)
def test_nothing_of_a_machine_is_awaited_when_the_bot_is_out_of_the_call(end: e.CallEvent) -> None:
    assert leaving(ANSWERED, ATTACHED, VERDICT, end).state.greeting_deadline is None
