import base64
import json
import time

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from simulator.faults import Fault


def _verify(phone, headers, body):
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(phone.running.credentials["telnyx_public_key"]))
    signed = headers["telnyx-timestamp"].encode() + b"|" + body
    key.verify(base64.b64decode(headers["telnyx-signature-ed25519"]), signed)


async def test_an_inbound_call_rings_with_a_signed_call_initiated(phone, gateway):
    leg = await phone.ring()
    headers, body = gateway.webhooks[0]
    _verify(phone, headers, body)
    assert headers["user-agent"] == "telnyx-webhooks"
    assert abs(int(headers["telnyx-timestamp"]) - time.time()) < 5
    envelope = json.loads(body)
    assert envelope["meta"]["attempt"] == 1
    assert envelope["data"]["record_type"] == "event"
    payload = envelope["data"]["payload"]
    assert payload["direction"] == "incoming"
    assert payload["state"] == "parked"
    assert payload["call_control_id"] == leg.call_control_id
    assert payload["call_control_id"].startswith("v3:")


async def test_the_public_key_is_that_of_the_published_test_vector(phone):
    assert phone.running.credentials["telnyx_public_key"] == "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="


async def test_a_refused_webhook_is_repeated_with_the_same_id(phone, gateway):
    gateway.statuses = [500, 503]
    await phone.ring()
    await gateway.until(lambda: len(gateway.webhooks) == 3)
    envelopes = [json.loads(body) for _, body in gateway.webhooks]
    assert len({envelope["data"]["id"] for envelope in envelopes}) == 1
    assert [envelope["meta"]["attempt"] for envelope in envelopes] == [1, 2, 3]


async def test_a_webhook_answered_4xx_is_dropped(phone, gateway):
    gateway.statuses = [400]
    leg = await phone.ring()
    await phone.act(leg, "hangup")
    await gateway.heard("call.hangup")
    assert gateway.names == ["call.initiated", "call.hangup"]


async def test_a_duplicate_carries_the_same_event_id(phone, gateway):
    phone.world.faults.add(Fault(target="telnyx.webhook", kind="duplicate", only={"event": "call.initiated"}))
    await phone.ring()
    await gateway.until(lambda: len(gateway.webhooks) == 2)
    first, second = gateway.events("call.initiated")
    assert first["id"] == second["id"]


async def test_a_bad_signature_and_a_stale_timestamp_can_be_ordered(phone, gateway):
    phone.world.faults.add(Fault(target="telnyx.webhook", kind="bad_signature"))
    await phone.ring()
    with pytest.raises(InvalidSignature):
        _verify(phone, *gateway.webhooks[0])
    phone.world.faults.add(Fault(target="telnyx.webhook", kind="stale_timestamp"))
    gateway.webhooks.clear()
    await phone.ring()
    _verify(phone, *gateway.webhooks[0])
    assert int(gateway.webhooks[0][0]["telnyx-timestamp"]) < time.time() - 300


async def test_a_reordered_event_arrives_after_the_next_one(phone, gateway):
    phone.world.faults.add(
        Fault(target="telnyx.webhook", kind="reorder", only={"event": "call.answered"}, params={"seconds": 0.2})
    )
    leg = await phone.ring({"do": "hangup"})
    await phone.act(leg, "answer")
    await gateway.heard("call.answered")
    assert gateway.names == ["call.initiated", "call.hangup", "call.answered"]


async def test_a_dropped_event_never_arrives(phone, gateway):
    phone.world.faults.add(Fault(target="telnyx.webhook", kind="drop", only={"event": "call.answered"}))
    leg = await phone.ring({"do": "hangup"})
    await phone.act(leg, "answer")
    await gateway.heard("call.hangup")
    assert gateway.names == ["call.initiated", "call.hangup"]


async def test_the_outgoing_call_initiated_can_beat_the_dial_response(phone, gateway):
    phone.world.faults.add(Fault(target="telnyx.webhook", kind="before_response"))
    status, _ = await phone.dial(client_state=base64.b64encode(b"x").decode())
    assert status == 200
    assert gateway.events("call.initiated")[0]["payload"]["direction"] == "outgoing"
