"""Webhooks on the wire: verified on the raw bytes, stored, acknowledged, and only then worked."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from control_plane.adapters.carriers.telnyx.webhooks import TelnyxWebhookReader
from control_plane.core.call.events import LegAnswered
from control_plane.ports.carrier import Carrier, Notice
from control_plane.ports.stores import StoreUnavailable
from control_plane.services.doctor.mark import HEADER
from control_plane.testing.carriers import SIGNATURE, FakeCallControl, PlainCodec
from control_plane.web import json_body
from tests.gateways import ELSEWHERE, Served, served

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC_KEY = "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="


async def deliver(it: Served, body: bytes, headers: dict[str, str] | None = None) -> Any:
    return await it.post(
        "/webhook/telnyx", client=ELSEWHERE, data=body, headers=SIGNATURE if headers is None else headers
    )


async def state_of(it: Served, call_id: str, state: str) -> None:
    live = it.gateway.desk.roster.find(call_id)
    assert live is not None
    assert await live.session.until(lambda call: call.state == state, timeout_s=5)


async def test_a_genuine_webhook_is_stored_acknowledged_and_reaches_its_call(it: Served) -> None:
    call_id = await it.call()
    body = it.notice(call_id, LegAnswered(control_id="leg-1"), event_id="event-1")
    answer = await deliver(it, body)
    assert (answer.status_code, await answer.get_json()) == (200, {"status": "stored"})
    await state_of(it, call_id, "answered")
    assert it.metric("webhooks_total", carrier="telnyx", outcome="stored") == 1
    assert it.metric("webhook_ack_seconds_count") == 1


async def test_a_repeated_webhook_is_acknowledged_and_worked_once(it: Served) -> None:
    call_id = await it.call()
    body = it.notice(call_id, LegAnswered(control_id="leg-1"), event_id="event-1")
    await deliver(it, body)
    await state_of(it, call_id, "answered")
    answer = await deliver(it, body)
    assert (answer.status_code, await answer.get_json()) == (200, {"status": "duplicate"})
    kinds = [entry.kind for entry in await it.gateway.calls.journal(call_id)]
    assert kinds.count("LegAnswered") == 1


@pytest.mark.parametrize("headers", [{}, {"x-fake-signature": "forged"}])
async def test_a_forged_webhook_is_refused_and_told_nothing(it: Served, headers: dict[str, str]) -> None:
    call_id = await it.call()
    body = it.notice(call_id, LegAnswered(control_id="leg-1"), event_id="event-1")
    answer = await deliver(it, body, headers)
    assert answer.status_code == 401
    assert "fake signature" not in await answer.get_data(as_text=True)
    assert it.metric("webhooks_total", carrier="telnyx", outcome="refused") == 1
    assert (await it.gateway.desk.get(call_id)).state == "ringing"


async def test_an_examination_does_not_count_as_forgery(it: Served) -> None:
    mark = it.gateway.doctor.mark.make()
    for outcome, headers in (("doctor", {HEADER: mark}), ("refused", {HEADER: f"{mark}0"})):
        answer = await deliver(it, b"{}", headers)
        assert (answer.status_code, (await answer.get_json())["code"]) == (401, "bad_signature")
        assert it.metric("webhooks_total", carrier="telnyx", outcome=outcome) == 1


async def test_a_mark_of_the_doctor_opens_nothing_and_hides_nothing_else(it: Served) -> None:
    mark = {HEADER: it.gateway.doctor.mark.make()}
    assert (await deliver(it, b"unheard of", {**SIGNATURE, **mark})).status_code == 400
    assert it.metric("webhooks_total", carrier="telnyx", outcome="malformed") == 1
    assert it.metric("webhooks_total", carrier="telnyx", outcome="doctor") == 0


async def test_a_genuine_webhook_that_cannot_be_read_is_refused(it: Served) -> None:
    answer = await deliver(it, b"unheard of")
    assert answer.status_code == 400
    assert it.metric("webhooks_total", carrier="telnyx", outcome="malformed") == 1


async def test_an_oversized_webhook_is_refused_before_it_is_looked_at(it: Served) -> None:
    answer = await deliver(it, b"x" * (256 * 1024 + 1))
    assert answer.status_code == 413
    assert it.metric("webhooks_total", carrier="telnyx", outcome="too_large") == 1


@asynccontextmanager
async def sending(it: Served) -> AsyncIterator[Any]:
    """A webhook whose body comes in pieces, without a word about its length."""
    scope: Any = {"client": ELSEWHERE}
    async with it.app.test_client().request("/webhook/telnyx", method="POST", scope_base=scope) as connection:
        yield connection


async def test_an_oversized_webhook_without_a_length_is_refused_too(it: Served) -> None:
    async with sending(it) as connection:
        for _ in range(9):
            await connection.send(b"x" * 32 * 1024)
        await connection.send_complete()
    answer = await connection.as_response()
    assert answer.status_code == 413
    assert it.metric("webhooks_total", carrier="telnyx", outcome="too_large") == 1


async def test_a_body_that_never_arrives_is_not_waited_for_without_end(
    it: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_body, "BODY_PATIENCE_S", 0.05)
    async with sending(it) as connection:
        await connection.send(b"{")
        await asyncio.sleep(0.1)
    answer = await connection.as_response()
    assert answer.status_code == 400
    assert (await answer.get_json())["code"] == "unreadable_body"


async def test_a_webhook_that_cannot_be_stored_is_to_be_repeated(it: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*args: Any) -> list[bool]:
        raise StoreUnavailable("database: no answer in time")

    call_id = await it.call()
    body = it.notice(call_id, LegAnswered(control_id="leg-1"), event_id="event-1")
    with monkeypatch.context() as patched:
        patched.setattr(type(it.gateway.intakes["telnyx"]._parts.store), "add_all", away)
        answer = await deliver(it, body)
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert it.metric("webhooks_total", carrier="telnyx", outcome="not_stored") == 1
    await deliver(it, body)
    await state_of(it, call_id, "answered")


async def test_a_carrier_that_is_not_configured_is_unknown(it: Served) -> None:
    answer = await it.post("/webhook/twilio", client=ELSEWHERE, data=b"x")
    assert (answer.status_code, (await answer.get_json())["code"]) == (404, "unknown_carrier")
    assert (await it.get("/webhook/telnyx", client=ELSEWHERE)).status_code == 405


@pytest.fixture
def signed_carrier() -> Carrier:
    """A carrier whose webhooks are signed like those of Telnyx."""
    control, reader = FakeCallControl(name="telnyx"), TelnyxWebhookReader(PUBLIC_KEY)
    return Carrier(name="telnyx", control=control, reader=reader, codec=PlainCodec)


async def test_a_real_signature_is_checked_on_the_bytes_as_they_came(
    tmp_path: Path, database_url: str, signed_carrier: Carrier
) -> None:
    payload = {"call_control_id": "v3:abc", "call_leg_id": "l", "call_session_id": "s"}
    event = {"event_type": "call.answered", "id": "e-1", "occurred_at": "2026-01-01T00:00:00Z", "payload": payload}
    body = json.dumps({"data": event}, indent=3).encode()
    async with served(tmp_path, database_url, parts={"carrier": signed_carrier}) as it:
        stamp = str(int(it.gateway.clock.wall()))
        signature = base64.b64encode(PRIVATE.sign(f"{stamp}|".encode() + body)).decode()
        headers = {"Telnyx-Timestamp": stamp, "Telnyx-Signature-Ed25519": signature}
        same_meaning = json.dumps({"data": event}).encode()
        assert (await deliver(it, same_meaning, headers)).status_code == 401
        assert (await deliver(it, body, headers | {"Telnyx-Timestamp": str(int(stamp) + 1)})).status_code == 401
        assert (await deliver(it, body, headers)).status_code == 200


async def test_what_starts_nothing_is_stored_as_worked(it: Served) -> None:
    body = it.reader.add(Notice(event_id="event-1", kind="call.cost", event=None))
    for outcome in ("stored", "duplicate"):
        answer = await deliver(it, body)
        assert await answer.get_json() == {"status": outcome}
    store = it.gateway.intakes["telnyx"]._parts.store
    assert await store.unworked() == []
    assert it.gateway.intakes["telnyx"].waiting == 0
    assert it.metric("webhook_age_seconds_count") == 1


async def test_a_refusal_is_a_problem_and_counted_as_a_request(it: Served) -> None:
    answer = await deliver(it, b"{}", {})
    assert answer.headers["content-type"] == "application/problem+json"
    assert (await answer.get_json())["instance"] == "/webhook/telnyx"
    await deliver(it, it.reader.add(Notice(event_id="event-1", kind="call.cost", event=None)))
    for status in ("200", "401"):
        assert it.metric("http_requests_total", route="/webhook/<carrier>", status=status) == 1


async def test_a_fault_of_ours_is_answered_and_keeps_its_reason_to_itself(
    it: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*args: Any) -> list[bool]:
        raise KeyError("a secret")

    monkeypatch.setattr(type(it.gateway.intakes["telnyx"]._parts.store), "add_all", broken)
    answer = await deliver(it, it.reader.add(Notice(event_id="event-1", kind="call.cost", event=None)))
    assert (answer.status_code, (await answer.get_json())["code"]) == (500, "internal")
    assert "secret" not in await answer.get_data(as_text=True)


async def test_webhooks_are_taken_while_the_gateway_drains(it: Served) -> None:
    await it.gateway.drain(timeout_s=0)
    answer = await deliver(it, it.reader.add(Notice(event_id="event-1", kind="call.cost", event=None)))
    assert answer.status_code == 200
