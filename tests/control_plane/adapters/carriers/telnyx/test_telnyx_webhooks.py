"""Signature and envelope of Telnyx's webhooks."""

import base64
import string

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from control_plane.adapters.carriers.telnyx.commands import client_state
from control_plane.adapters.carriers.telnyx.webhooks import TelnyxWebhookReader
from control_plane.core.call import events as e
from control_plane.ports.errors import BadSignature, MalformedMessage

# The vector was checked with the verifier of Telnyx's own SDK.
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC_KEY = "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="
STAMP = 1_700_000_000
BODY = b'{"data":{"event_type":"call.initiated"}}'
SIGNATURE = "aBuTQ1AtxQGraK6PrtJP6VW9Mu+R2aG6TbxS7lim9/ia8dN94a42JYoTifASA18z3xe+GLlYfveWOuyyKq7OCw=="
HEADERS = {"telnyx-timestamp": str(STAMP), "telnyx-signature-ed25519": SIGNATURE}


def signed(body: bytes, stamp: str) -> dict[str, str]:
    signature = base64.b64encode(PRIVATE.sign(f"{stamp}|".encode() + body)).decode()
    return {"telnyx-timestamp": stamp, "telnyx-signature-ed25519": signature}


def test_the_published_vector_is_genuine() -> None:
    TelnyxWebhookReader(PUBLIC_KEY).verify(HEADERS, BODY, now=STAMP)


@pytest.mark.parametrize("now", [STAMP - 300.0, STAMP + 300.0])
def test_a_timestamp_at_the_edge_of_the_tolerance_is_taken(now: float) -> None:
    TelnyxWebhookReader(PUBLIC_KEY).verify(HEADERS, BODY, now=now)


@pytest.mark.parametrize("now", [STAMP - 301.0, STAMP + 301.0])
def test_a_stale_or_future_timestamp_is_refused(now: float) -> None:
    with pytest.raises(BadSignature):
        TelnyxWebhookReader(PUBLIC_KEY).verify(HEADERS, BODY, now=now)


@pytest.mark.parametrize("key", ["", "not base64!", "AAAA", base64.b64encode(bytes(31)).decode(), "ñ"])
def test_without_a_usable_key_everything_is_refused(key: str) -> None:
    with pytest.raises(BadSignature):
        TelnyxWebhookReader(key).verify(HEADERS, BODY, now=STAMP)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"telnyx-timestamp": str(STAMP)},
        {"telnyx-signature-ed25519": SIGNATURE},
        HEADERS | {"telnyx-signature-ed25519": ""},
        HEADERS | {"telnyx-signature-ed25519": "?" + SIGNATURE[1:]},
        HEADERS | {"telnyx-signature-ed25519": "ñ"},
        HEADERS | {"telnyx-signature-ed25519": base64.b64encode(bytes(63)).decode()},
        HEADERS | {"telnyx-signature-ed25519": base64.b64encode(bytes(64)).decode()},
        HEADERS | {"telnyx-timestamp": "yesterday"},
        HEADERS | {"telnyx-timestamp": f"{STAMP}.0"},
        HEADERS | {"telnyx-timestamp": f" {STAMP}"},
        HEADERS | {"telnyx-timestamp": "-1"},
        HEADERS | {"telnyx-timestamp": "1" * 5000},
        HEADERS | {"telnyx-timestamp": "١٧"},
        HEADERS | {"telnyx-timestamp": str(STAMP + 1)},
    ],
)
def test_missing_or_wrong_headers_are_refused(headers: dict[str, str]) -> None:
    with pytest.raises(BadSignature):
        TelnyxWebhookReader(PUBLIC_KEY).verify(headers, BODY, now=STAMP)


def test_the_same_json_written_otherwise_is_refused() -> None:
    with pytest.raises(BadSignature):
        TelnyxWebhookReader(PUBLIC_KEY).verify(HEADERS, BODY + b"\n", now=STAMP)


def test_a_signature_over_another_separator_is_refused() -> None:
    wrong = base64.b64encode(PRIVATE.sign(f"{STAMP}.".encode() + BODY)).decode()
    with pytest.raises(BadSignature):
        TelnyxWebhookReader(PUBLIC_KEY).verify(HEADERS | {"telnyx-signature-ed25519": wrong}, BODY, now=STAMP)


def test_a_body_that_is_not_text_is_verified_as_it_is() -> None:
    body = bytes(range(256))
    TelnyxWebhookReader(PUBLIC_KEY).verify(signed(body, str(STAMP)), body, now=STAMP)


def envelope(event_type: object = "call.answered", **payload: object) -> bytes:
    data = {"record_type": "event", "event_type": event_type, "id": "ev-1", "occurred_at": "2026-01-01T00:00:00Z"}
    return orjson.dumps({"data": data | {"payload": payload}, "meta": {"attempt": 1}})


def read(body: bytes) -> object:
    return TelnyxWebhookReader(PUBLIC_KEY).read(body)


def test_a_notice_says_which_leg_and_which_call_it_is_about() -> None:
    notice = TelnyxWebhookReader(PUBLIC_KEY).read(
        envelope(
            call_control_id="v3:a",
            call_leg_id="leg",
            call_session_id="session",
            client_state=client_state("call-1"),
            **{"from": "+525587654321", "to": "+525512345678"},
        )
    )
    assert notice.event == e.LegAnswered(control_id="v3:a")
    assert (notice.event_id, notice.kind, notice.occurred_at) == ("ev-1", "call.answered", "2026-01-01T00:00:00Z")
    assert (notice.control_id, notice.leg_id, notice.session_id, notice.call_id) == ("v3:a", "leg", "session", "call-1")
    assert (notice.sender, notice.to) == ("+525587654321", "+525512345678")


def test_missing_and_null_fields_are_empty() -> None:
    notice = TelnyxWebhookReader(PUBLIC_KEY).read(envelope("call.hangup", call_control_id=None, client_state=None))
    assert (notice.control_id, notice.leg_id, notice.call_id, notice.sender) == ("", "", "", "")


def test_an_event_without_a_payload_is_read() -> None:
    notice = TelnyxWebhookReader(PUBLIC_KEY).read(b'{"data":{"event_type":"call.bridged","payload":null}}')
    assert notice.event == e.LegBridged()


def test_the_other_spelling_of_stream_events_is_understood() -> None:
    notice = TelnyxWebhookReader(PUBLIC_KEY).read(envelope("streaming_started"))
    assert (notice.kind, notice.event) == ("streaming.started", e.StreamStarted())


def test_an_underscore_inside_a_dotted_name_stays() -> None:
    assert TelnyxWebhookReader(PUBLIC_KEY).read(envelope("call.ai_gather.ended")).kind == "call.ai_gather.ended"


def test_events_without_an_id_are_told_apart_and_their_repetitions_are_not() -> None:
    first = b'{"data":{"event_type":"call.answered","payload":{"call_control_id":"v3:a"}},"meta":{"attempt":1}}'
    again = first.replace(b'"attempt":1', b'"attempt":2')
    other = first.replace(b"v3:a", b"v3:b")
    reader = TelnyxWebhookReader(PUBLIC_KEY)
    ids = [reader.read(body).event_id for body in (first, again, other)]
    assert ids[0] == ids[1] != ids[2]
    assert set(ids[0]) <= set(string.hexdigits)


def test_an_id_that_no_index_takes_is_replaced_by_one_that_tells_events_apart() -> None:
    body = b'{"data":{"id":"' + b"x" * 30_000 + b'","event_type":"call.answered","payload":{}}}'
    reader = TelnyxWebhookReader(PUBLIC_KEY)
    assert len(reader.read(body).event_id) == 64
    assert reader.read(body).event_id == reader.read(body).event_id
    assert reader.read(body).event_id != reader.read(body.replace(b"xx", b"xy", 1)).event_id


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"data":[]}',
        b'{"data":{}}',
        b'{"data":{"event_type":7}}',
        b'{"event_type":"call_initiated","created_at":"x","webhook_id":"y"}',
        b'{"name":"call.initiated","metadata":{"event":{}}}',
        b"\xff\xfe",
    ],
)
def test_another_envelope_than_version_2_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedMessage):
        read(body)
