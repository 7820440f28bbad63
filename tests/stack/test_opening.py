"""From outside: a machine that takes a call, and somebody who rings when nobody is there."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.stack.running import Stack, eventually

pytestmark = pytest.mark.stack

DRAFT = {"name": "Lucía", "persona": "Eres Lucía."}
WORDS = "Hola, {nombre}. Le llamamos de la clínica, por favor devuélvanos la llamada."
LEFT = "Hola, Laura. Le llamamos de la clínica, por favor devuélvanos la llamada."
SORRY = "Nuestro horario es de lunes a viernes."
STUBBORN = {"steps": [{"do": "say", "text": "¿Hola? Quiero pedir una cita."}, {"do": "wait_hangup", "timeout_s": 20}]}


def published(stack: Stack, **draft: Any) -> str:
    """The id of a bot with this draft."""
    made = httpx.post(f"{stack.url}/api/bots", json={"draft": {**DRAFT, **draft}}, timeout=5).raise_for_status().json()
    httpx.post(f"{stack.url}/api/bots/{made['id']}/publish", json={}, timeout=5).raise_for_status()
    return str(made["id"])


def heard(call: Any, speaker: str) -> list[str]:
    return [turn["heard"] for turn in call["turns"] if turn["speaker"] == speaker]


@pytest.mark.parametrize("streams", ["true", "false"])
def test_a_machine_gets_the_whole_message_after_its_beep_and_the_line_is_closed(
    start: Callable[..., Stack], streams: str
) -> None:
    stack = start(USE_MEDIA_STREAMS=streams)
    bot_id = published(stack, answering_machine={"policy": "leave_message", "message": WORDS})
    call_id = stack.call("voicemail", bot_id=bot_id)
    call = stack.until_ended(call_id)
    far_end = stack.far_end(call_id)
    assert (call["hangup_cause"], call["reason"]) == ("normal", "left a message on an answering machine")
    assert heard(call, "agent")[-1] == LEFT
    assert (far_end["hung_up_by"], far_end["client_faults"]) == ("gateway", [])


def test_a_machine_is_hung_up_on_when_the_bot_does_not_talk_to_machines(start: Callable[..., Stack]) -> None:
    stack = start()
    call_id = stack.call("voicemail", bot_id=published(stack, answering_machine={"policy": "hang_up"}))
    call = stack.until_ended(call_id)
    assert (call["hangup_cause"], call["reason"]) == ("normal", "an answering machine took the call")
    assert stack.far_end(call_id)["client_faults"] == []


def test_who_rings_outside_the_hours_is_told_so_whatever_they_say(start: Callable[..., Stack]) -> None:
    stack = start()
    bot_id = published(stack, hours={"week": {"monday": []}, "closed_message": SORRY})
    number = stack.credentials["keys"]["telnyx_phone_number"]
    httpx.post(f"{stack.url}/api/numbers", json={"e164": number, "bot_id": bot_id}, timeout=5).raise_for_status()
    stack.tell("/sim/calls", {"from": "+573001234567", "script": STUBBORN})
    [call] = eventually(lambda: stack.api("/api/calls")["items"], within_s=5, what="the inbound call")
    call = stack.until_ended(call["id"])
    assert (call["direction"], call["reason"]) == ("inbound", "outside opening hours")
    assert (heard(call, "agent"), heard(call, "caller")) == ([SORRY], [])
    assert stack.far_end(call["id"])["hung_up_by"] == "gateway"
