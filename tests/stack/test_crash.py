"""The gateway is killed in the middle of calls: nothing is lost, nothing happens twice, the call ends properly."""

from collections.abc import Callable

import pytest

from tests.stack.running import Stack, eventually

pytestmark = pytest.mark.stack

TALK = {
    "steps": [
        {"do": "say", "text": "Quiero saber el horario."},
        {"do": "say", "text": "Nada más, adiós."},
        {"do": "wait_hangup", "timeout_s": 30},
    ]
}


def test_a_killed_gateway_takes_its_live_call_up_again_and_remembers_what_was_said(start: Callable[..., Stack]) -> None:
    # The answer is still to be made when the process is killed, so that the caller waits for it.
    stack = start(TURN_SPECULATION="false")
    call_id = stack.call(TALK)
    before = stack.until_said(call_id, 2)
    stack.kill_gateway()
    stack.start_gateway()
    after = stack.until_ended(call_id)
    assert after["reason"] == "the bot said goodbye"
    assert after["events"][: len(before["events"])] == before["events"]
    assert after["turns"][: len(before["turns"])] == before["turns"]
    kinds = [event["kind"] for event in after["events"]]
    assert "ProcessRestarted" in kinds
    far_end = stack.far_end(call_id)
    assert far_end["line_closed"]
    commands = [command["command_id"] for command in far_end["commands"] if not command["repeated"]]
    assert len(commands) == len(set(commands))
    assert [command["verb"] for command in far_end["commands"]].count("hangup") == 1


def test_what_the_carrier_reports_while_the_gateway_is_down_reaches_the_call_after_the_restart(
    start: Callable[..., Stack],
) -> None:
    stack = start()
    call_id = stack.call(TALK)
    stack.until_said(call_id, 1)
    far_end = stack.far_end(call_id)
    stack.kill_gateway()
    stack.tell(f"/sim/calls/{far_end['id']}/hangup", {})
    stack.start_gateway()

    def ended() -> bool:
        return bool(stack.api(f"/api/calls/{call_id}")["state"] == "ended")

    eventually(ended, within_s=30, what="the end of a call whose caller left meanwhile")
    assert "hangup" not in [command["verb"] for command in stack.far_end(call_id)["commands"]]


def test_a_gateway_that_loses_carrier_and_providers_at_once_can_still_be_stopped(start: Callable[..., Stack]) -> None:
    stack = start(DRAIN_SECONDS="1")
    calls = [stack.call(TALK, telefono=f"+57300123450{number}") for number in range(4)]
    for call_id in calls:
        stack.until_said(call_id, 1)
    stack.simulator.kill()
    stack.simulator.wait(5)
    stack.gateway.terminate()
    assert stack.gateway.wait(10) == 0


def test_a_gateway_that_is_stopped_waits_for_its_calls_and_leaves_the_rest_to_the_next(
    start: Callable[..., Stack],
) -> None:
    stack = start(DRAIN_SECONDS="1")
    call_id = stack.call(TALK)
    stack.until_said(call_id, 1)
    stack.gateway.terminate()
    assert stack.gateway.wait(10) == 0
    stack.start_gateway()
    assert stack.until_ended(call_id)["reason"] == "the bot said goodbye"
