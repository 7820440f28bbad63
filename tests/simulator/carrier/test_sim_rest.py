import asyncio

import pytest
from aiohttp import ClientError

from simulator.faults import Fault


def _code(answer):
    status, body = answer
    return status, body["errors"][0]["code"]


async def test_a_wrong_key_is_refused(phone):
    url = f"{phone.running.url}/v2/calls"
    async with phone.http.post(url, json={}, headers={"Authorization": "Bearer no"}) as response:
        assert response.status == 401
        assert (await response.json())["errors"][0]["code"] == "10009"


@pytest.mark.parametrize(
    ("body", "status", "code", "pointer"),
    [
        ({"connection_id": ""}, 422, "10004", "/connection_id"),
        ({"to": "5512345678"}, 422, "10016", "/to"),
        ({"client_state": "nö"}, 422, "90017", "/client_state"),
        ({"stream_bidirectional_mode": "raw"}, 422, "10032", "/stream_bidirectional_mode"),
        ({"timeout_secs": 4}, 422, "10033", "/timeout_secs"),
        ({"stream_url": "https://x"}, 422, "10015", "/stream_url"),
    ],
)
async def test_a_faulty_dial_is_refused_with_the_carriers_code(phone, body, status, code, pointer):
    answer = await phone.dial(**body)
    assert _code(answer) == (status, code)
    assert answer[1]["errors"][0]["source"]["pointer"] == pointer


async def test_a_dial_answers_with_the_handles_of_the_leg(phone, gateway):
    _, body = await phone.dial()
    assert body["data"]["record_type"] == "call"
    assert body["data"]["is_alive"] is False
    answered = await gateway.heard("call.answered")
    assert answered["call_control_id"] == body["data"]["call_control_id"]
    assert "direction" not in answered
    status, shown = await phone.command(f"/calls/{body['data']['call_control_id']}", method="GET")
    assert (status, shown["data"]["is_alive"]) == (200, True)


async def test_a_repeated_dial_answers_with_the_same_leg(phone):
    _, first = await phone.dial(command_id="a")
    _, second = await phone.dial(command_id="a")
    assert first["data"]["call_control_id"] == second["data"]["call_control_id"]
    assert len(phone.world.carrier.legs.all()) == 1


async def test_a_repeated_command_has_no_effect_and_succeeds_even_after_the_end(phone):
    leg = await phone.ring()
    first = await phone.act(leg, "hangup", command_id="x")
    assert await phone.act(leg, "hangup", command_id="x") == first == (200, {"data": {"result": "ok"}})
    assert _code(await phone.act(leg, "hangup", command_id="y")) == (422, "90018")
    commands = (await phone.report(leg))["commands"]
    assert [command["repeated"] for command in commands] == [False, True, False]


async def test_the_order_of_commands_is_enforced(phone, gateway):
    leg = await phone.ring()
    assert _code(await phone.act(leg, "speak", payload="a", voice="v")) == (422, "90034")
    await phone.act(leg, "answer", stream_url=gateway.stream_url)
    assert _code(await phone.act(leg, "answer")) == (422, "90102")
    assert _code(await phone.act(leg, "streaming_start", stream_url=gateway.stream_url)) == (422, "90045")
    assert (await phone.act(leg, "transcription_start"))[0] == 200
    assert _code(await phone.act(leg, "transcription_start")) == (422, "90054")
    assert _code(await phone.act(leg, "speak", payload="a")) == (422, "10004")
    assert _code(await phone.act(leg, "send_dtmf", digits="5x")) == (422, "90014")
    await phone.act(leg, "hangup")
    assert _code(await phone.act(leg, "speak", payload="a", voice="v")) == (422, "90018")


async def test_an_outgoing_leg_cannot_be_answered(phone):
    await phone.dial()
    leg = phone.world.carrier.legs.all()[0]
    assert _code(await phone.act(leg, "answer")) == (422, "90102")


async def test_an_unknown_handle_and_an_unknown_verb_are_told_apart(phone):
    assert _code(await phone.command("/calls/v3:unknown/actions/hangup")) == (422, "90015")
    leg = await phone.ring()
    assert _code(await phone.act(leg, "dance")) == (404, "10005")


@pytest.mark.parametrize(
    ("script", "cause", "sip"),
    [
        ({"answer": "busy"}, "user_busy", "486"),
        ({"answer": "rejected"}, "call_rejected", "603"),
        ({"answer": "no_answer"}, "timeout", "480"),
    ],
)
async def test_a_dialled_party_may_not_pick_up(phone, gateway, script, cause, sip):
    await phone.sim("POST", "/answers", {"number": "*", "script": "silent", **script})
    await phone.dial(stream_url=gateway.stream_url)
    hangup = await gateway.heard("call.hangup")
    assert (hangup["hangup_cause"], hangup["sip_hangup_cause"]) == (cause, sip)
    assert "call.answered" not in gateway.names
    assert [message["event"] for message in gateway.messages] == ["connected"]


async def test_a_rejected_call_hangs_up_with_the_cause(phone, gateway):
    leg = await phone.ring()
    await phone.act(leg, "reject", cause="USER_BUSY")
    hangup = await gateway.heard("call.hangup")
    assert (hangup["hangup_cause"], hangup["hangup_source"]) == ("user_busy", "callee")


async def test_too_many_requests_come_with_the_headers_of_the_limit(phone):
    phone.world.faults.add(Fault(target="telnyx.dial", kind="http_429"))
    headers = {"Authorization": f"Bearer {phone.running.credentials['telnyx_api_key']}"}
    async with phone.http.post(f"{phone.running.url}/v2/calls", json={}, headers=headers) as response:
        assert response.status == 429
        assert response.headers["x-ratelimit-reset"] == "1"
    assert (await phone.dial())[0] == 200


async def test_dialling_faster_than_allowed_is_refused(phone):
    phone.world.carrier.dials.extend([phone.world.now()] * 150)
    assert _code(await phone.dial()) == (429, "90103")


async def test_a_lost_response_leaves_the_command_carried_out(phone):
    leg = await phone.ring()
    phone.world.faults.add(Fault(target="telnyx.hangup", kind="lost_response"))
    with pytest.raises(ClientError):
        await phone.act(leg, "hangup", command_id="x")
    assert not leg.alive
    assert (await phone.act(leg, "hangup", command_id="x"))[0] == 200


async def test_client_state_comes_back_in_later_events(phone, gateway):
    leg = await phone.ring()
    path = f"/calls/{leg.call_control_id}/actions/client_state_update"
    assert (await phone.command(path, method="PUT", client_state="YQ=="))[0] == 200
    await phone.act(leg, "hangup")
    assert (await gateway.heard("call.hangup"))["client_state"] == "YQ=="


async def test_a_transfer_rings_a_second_leg_and_bridges_it(phone, gateway):
    await phone.sim("POST", "/answers", {"number": "+5215599999999", "script": "silent"})
    leg = await phone.talk({"do": "wait_hangup"})
    assert (await phone.act(leg, "transfer", to="+5215599999999"))[0] == 200
    await gateway.until(lambda: len(gateway.events("call.bridged")) == 2)
    other = gateway.events("call.bridged")[1]["payload"]
    assert other["call_session_id"] == leg.call_session_id
    await phone.sim("POST", f"/calls/{leg.id}/hangup")
    await gateway.until(lambda: len(gateway.events("call.hangup")) == 2)


async def test_a_transfer_to_a_busy_party_leaves_the_first_leg_alive(phone, gateway):
    await phone.sim("POST", "/answers", {"number": "*", "script": "silent", "answer": "busy"})
    leg = await phone.talk({"do": "wait_hangup"})
    await phone.act(leg, "transfer", to="+5215599999999")
    assert (await gateway.heard("call.hangup"))["hangup_cause"] == "user_busy"
    await asyncio.sleep(0)
    assert leg.alive


async def test_the_keys_of_the_gateway_reach_the_party(phone):
    leg = await phone.talk({"do": "wait_hangup"})
    await phone.act(leg, "send_dtmf", digits="1w2#")
    assert (await phone.report(leg))["digits_received"] == "12#"


async def test_a_voicemail_is_detected_and_its_beep_reported(phone, gateway):
    await phone.sim("POST", "/answers", {"script": {"name": "vm", "voicemail": "Hola.", "steps": []}})
    await phone.dial(answering_machine_detection="greeting_end")
    assert (await gateway.heard("call.machine.detection.ended"))["result"] == "machine"
    assert (await gateway.heard("call.machine.greeting.ended"))["result"] == "ended"
