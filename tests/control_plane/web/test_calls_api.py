"""Calls over HTTP: placed, listed, looked at, acted upon."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from control_plane.core.call.commands import Dial, Hangup, SendDigits, Transfer
from control_plane.core.call.events import LegAnswered, LegHungUp, MediaAttached
from control_plane.ports.errors import Misconfigured, Unavailable
from control_plane.ports.stores import StoreUnavailable
from control_plane.services.calls import desk
from control_plane.testing.carriers import FakeCallControl
from tests.gateways import ORDER, OURS, Served, served
from tests.virtual_time import eventually

NUMBER = ORDER["telefono"]


async def answered(it: Served) -> str:
    """A call that was picked up; its media stream is awaited."""
    call_id = await it.call()
    live = it.gateway.desk.roster.find(call_id)
    assert live is not None
    live.post(LegAnswered(control_id="leg-1"))
    assert await live.session.until(lambda call: call.state == "answered", timeout_s=5)
    return call_id


async def until_commands(it: Served, count: int) -> list[Any]:
    await eventually(lambda: len(it.control.commands) >= count, within_s=5)
    return it.control.commands


async def refused(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    body = await answer.get_json()
    assert (body["status"], body["code"]) == (status, code)
    assert body["title"]
    return dict(body)


# --- placing a call -------------------------------------------------------------------------------


@pytest.mark.parametrize("order", [{"nombre": "Test", "telefono": NUMBER}, {"name": "Test", "phone": NUMBER}])
@pytest.mark.parametrize("path", ["/api/call/initiate", "/api/sessions"])
async def test_the_compatible_clients_place_a_call(it: Served, path: str, order: dict[str, str]) -> None:
    answer = await it.post(path, json=order)
    assert answer.status_code == 200
    body = await answer.get_json()
    assert body["success"] is True
    assert body["call_control_id"] == "leg-1"
    assert body["session_id"] == "session-1"
    assert body["state"] == "ringing"
    call = await it.gateway.desk.get(body["call_id"])
    assert (call.contact_name, call.to, call.sender, call.bot_id) == ("Test", NUMBER, OURS, "maria")
    assert it.control.commands == [Dial(to=NUMBER, sender=OURS, stream=True)]


@pytest.mark.parametrize("written", ["300 123 4567", "+57 300 1234567", " (300) 123-4567 "])
async def test_a_number_may_be_written_in_any_way(it: Served, written: str) -> None:
    call_id = await it.call(telefono=written)
    assert (await it.gateway.desk.get(call_id)).to == NUMBER


async def test_a_call_keeps_what_the_client_knows_about_it(it: Served) -> None:
    call_id = await it.call(variables={"mascota": "Luna", "citas": 2, "urgente": True}, metadata={"crm": ["a", 1]})
    call = await it.gateway.desk.get(call_id)
    assert call.variables == {"mascota": "Luna", "citas": 2, "urgente": True}
    assert call.metadata == {"crm": ["a", 1]}


async def test_a_number_that_cannot_be_called_is_refused_without_being_repeated(it: Served) -> None:
    answer = await it.post("/api/call/initiate", json={"telefono": "+57123"})
    body = await refused(answer, 422, "bad_number")
    assert "57123" not in str(body)
    assert it.control.sent == []


@pytest.mark.parametrize(
    ("order", "field"),
    [
        ({}, "telefono"),
        ({"nombre": "Test"}, "telefono"),
        ({"telefono": ""}, "telefono"),
        ({"telefono": 573001234567}, "telefono"),
        ({"telefono": NUMBER, "variables": {"a": [1]}}, "variables.a"),
        ({"telefono": NUMBER, "nombre": "x" * 201}, "nombre"),
    ],
)
async def test_an_order_that_is_not_valid_is_refused_field_by_field(
    it: Served, order: dict[str, Any], field: str
) -> None:
    body = await refused(await it.post("/api/call/initiate", json=order), 422, "invalid")
    assert any(fault["field"].startswith(field) and fault["message"] for fault in body["errors"])
    assert "x" * 201 not in str(body)
    assert it.control.sent == []


async def test_a_body_that_is_not_json_is_refused(it: Served) -> None:
    answer = await it.post("/api/call/initiate", data=b"{", headers={"content-type": "application/json"})
    await refused(answer, 400, "bad_request")


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
async def test_what_a_foreign_web_page_can_send_without_asking_places_no_call(it: Served, content_type: str) -> None:
    order = b'{"telefono": "+573001234567"}'
    answer = await it.post("/api/call/initiate", data=order, headers={"content-type": content_type})
    assert answer.status_code == 422
    assert it.control.sent == []


async def test_a_bot_that_does_not_exist_is_refused(it: Served) -> None:
    await refused(await it.post("/api/call/initiate", json={**ORDER, "bot_id": "nobody"}), 422, "unknown_bot")


async def test_a_repeated_idempotency_key_answers_the_same_call(it: Served) -> None:
    first = await it.call(idempotency_key="order-7")
    assert await it.call(idempotency_key="order-7") == first
    answer = await it.post("/api/call/initiate", json=ORDER, headers={"idempotency-key": "order-7"})
    assert (await answer.get_json())["call_id"] == first
    assert len(it.control.effective) == 1
    assert await it.call(idempotency_key="order-8") != first


async def test_a_carrier_that_refuses_the_dial_is_told_with_its_code_and_the_call(it: Served) -> None:
    it.control.fail(Dial, Misconfigured("telnyx", "the connection is not allowed to call", code="10010"))
    body = await refused(await it.post("/api/call/initiate", json=ORDER), 502, "dial_refused")
    assert "10010" in body["detail"]
    assert (await it.gateway.desk.get(body["call_id"])).state == "ended"


async def test_a_dial_the_carrier_has_not_confirmed_in_time_is_answered_as_under_way(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class SlowControl(FakeCallControl):
        async def dial(self, *args: Any, **options: Any) -> Any:
            await asyncio.sleep(60)

    monkeypatch.setattr(desk, "DIAL_ANSWER_S", 0.05)
    async with served(tmp_path, database_url, control=SlowControl(name="telnyx")) as it:
        answer = await it.post("/api/call/initiate", json=ORDER)
        body = await answer.get_json()
        assert answer.status_code == 202
        assert (body["success"], body["call_control_id"], body["state"]) == (True, "", "dialing")
        assert body["call_id"]


async def test_a_gateway_at_its_limit_takes_no_more_and_says_when_to_come_back(
    tmp_path: Path, database_url: str
) -> None:
    async with served(tmp_path, database_url, max_calls=1) as it:
        await it.call()
        answer = await it.post("/api/call/initiate", json=ORDER)
        await refused(answer, 503, "not_accepting")
        assert int(answer.headers["retry-after"]) > 0


async def test_a_draining_gateway_takes_no_more(it: Served) -> None:
    it.gateway.desk.draining = True
    body = await refused(await it.post("/api/call/initiate", json=ORDER), 503, "not_accepting")
    assert "stopping" in body["detail"]


async def test_without_a_database_no_call_is_placed(it: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*args: Any, **options: Any) -> None:
        raise StoreUnavailable("database: no answer in time")

    monkeypatch.setattr(it.gateway.calls, "create", away)
    answer = await it.post("/api/call/initiate", json=ORDER)
    await refused(answer, 503, "store_unavailable")
    assert answer.headers["retry-after"]
    assert it.control.sent == []


# --- looking at calls -----------------------------------------------------------------------------


async def test_calls_are_listed_newest_first_page_by_page(it: Served) -> None:
    ids = [await it.call() for _ in range(5)]
    pages, cursor = [], ""
    for _ in range(3):
        answer = await it.get(f"/api/calls?limit=2&cursor={cursor}")
        body = await answer.get_json()
        pages.append([call["id"] for call in body["items"]])
        cursor = body["next_cursor"]
    assert [call_id for page in pages for call_id in page] == ids[::-1]
    assert [len(page) for page in pages] == [2, 2, 1]
    assert cursor == ""


async def test_calls_can_be_filtered(it: Served) -> None:
    ended, ringing = await it.call(), await it.call()
    live = it.gateway.desk.roster.find(ended)
    assert live is not None
    live.post(LegHungUp(cause="busy"))
    await live.session.until(lambda call: call.ended_at is not None, timeout_s=5)

    async def found(query: str) -> list[str]:
        body = await (await it.get(f"/api/calls?{query}")).get_json()
        return [call["id"] for call in body["items"]]

    assert await found("live=true") == [ringing]
    assert await found("live=false") == [ended]
    assert await found("state=ringing") == [ringing]
    assert await found("direction=inbound") == []
    assert await found("direction=outbound") == [ringing, ended]


async def test_a_call_is_shown_with_its_events_and_where_it_stands(it: Served) -> None:
    call_id = await answered(it)
    body = await (await it.get(f"/api/calls/{call_id}")).get_json()
    assert body["id"] == call_id
    assert (body["direction"], body["state"], body["mode"]) == ("outbound", "answered", "stream")
    assert (body["name"], body["to"], body["call_control_id"]) == ("Test", NUMBER, "leg-1")
    assert body["answered_at"] >= body["created_at"]
    assert [(event["seq"], event["kind"]) for event in body["events"]] == [
        (1, "CallRequested"),
        (2, "DialAccepted"),
        (3, "LegAnswered"),
    ]
    assert body["turns"] == []
    assert body["recording"] == ""


async def test_a_recording_is_shown_as_a_signed_address(it: Served) -> None:
    call_id = await it.call()
    await it.gateway.blobs.put("recordings/a.wav", b"RIFF", content_type="audio/wav")
    await it.gateway.calls.set_recording(call_id, "recordings/a.wav")
    body = await (await it.get(f"/api/calls/{call_id}")).get_json()
    assert body["recording"].startswith("https://gateway.example/blobs/recordings/a.wav?expires=")


@pytest.mark.parametrize("path", ["", "/hangup", "/transfer", "/dtmf", "/say"])
async def test_a_call_that_does_not_exist_is_not_found(it: Served, path: str) -> None:
    bodies = {"/transfer": {"to": NUMBER}, "/dtmf": {"digits": "1"}, "/say": {"text": "Hola."}}
    ask = it.post if path else it.get
    options = {"json": bodies[path]} if path in bodies else {}
    await refused(await ask(f"/api/calls/nobody{path}", **options), 404, "unknown_call")


# --- acting on a call -----------------------------------------------------------------------------


async def test_a_live_call_can_be_hung_up(it: Served) -> None:
    call_id = await it.call()
    answer = await it.post(f"/api/calls/{call_id}/hangup")
    assert await answer.get_json() == {"call_id": call_id, "asked": "hangup"}
    assert (await until_commands(it, 2))[1] == Hangup()
    assert (await it.gateway.desk.get(call_id)).machine["reason"] == "asked by the API"


async def test_an_answered_call_can_be_sent_keys(it: Served) -> None:
    call_id = await answered(it)
    answer = await it.post(f"/api/calls/{call_id}/dtmf", json={"digits": "12#"})
    assert answer.status_code == 200
    assert (await until_commands(it, 2))[1] == SendDigits(digits="12#")


async def test_an_answered_call_can_be_transferred(it: Served) -> None:
    call_id = await answered(it)
    answer = await it.post(f"/api/calls/{call_id}/transfer", json={"to": "300 555 0199"})
    assert answer.status_code == 200
    assert Transfer(to="+573005550199") in await until_commands(it, 2)


async def test_a_text_can_be_said_only_while_a_conversation_runs(it: Served) -> None:
    call_id = await answered(it)
    await refused(await it.post(f"/api/calls/{call_id}/say", json={"text": "Hola."}), 409, "call_not_live")
    live = it.gateway.desk.roster.find(call_id)
    assert live is not None
    live.post(MediaAttached(stream_id="stream-1"))
    await live.session.until(lambda call: call.state == "talking", timeout_s=5)
    await refused(await it.post(f"/api/calls/{call_id}/say", json={"text": "Hola."}), 409, "call_not_live")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("dtmf", {"digits": ""}),
        ("dtmf", {"digits": "12x"}),
        ("dtmf", {"digits": "1\n"}),
        ("dtmf", {}),
        ("say", {"text": " "}),
        ("say", {"text": "x" * 1001}),
        ("transfer", {"to": ""}),
    ],
)
async def test_what_cannot_be_asked_is_refused(it: Served, path: str, body: dict[str, str]) -> None:
    call_id = await answered(it)
    await refused(await it.post(f"/api/calls/{call_id}/{path}", json=body), 422, "invalid")


async def test_a_transfer_needs_a_number(it: Served) -> None:
    call_id = await answered(it)
    await refused(await it.post(f"/api/calls/{call_id}/transfer", json={"to": "nobody"}), 422, "bad_number")


@pytest.mark.parametrize(
    ("path", "body"), [("transfer", {"to": NUMBER}), ("dtmf", {"digits": "1"}), ("say", {"text": "Hola."})]
)
async def test_what_only_an_answered_call_can_do_is_refused_before(it: Served, path: str, body: dict[str, str]) -> None:
    call_id = await it.call()
    await refused(await it.post(f"/api/calls/{call_id}/{path}", json=body), 409, "call_not_live")


async def test_a_call_that_has_ended_cannot_be_hung_up(it: Served) -> None:
    it.control.fail(Dial, Unavailable("telnyx", "answered 503"))
    await it.post("/api/call/initiate", json=ORDER)
    [call] = (await (await it.get("/api/calls")).get_json())["items"]
    await eventually(lambda: not it.gateway.desk.roster.live_calls, within_s=5)
    await refused(await it.post(f"/api/calls/{call['id']}/hangup"), 409, "call_not_live")
