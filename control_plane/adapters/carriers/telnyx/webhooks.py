"""How a Telnyx webhook is proved genuine, and taken out of its envelope."""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

import orjson
import pybase64
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from control_plane.adapters.carriers.telnyx.commands import call_id_of
from control_plane.adapters.carriers.telnyx.events import event_of, part, text
from control_plane.ports.carrier import Notice
from control_plane.ports.errors import BadSignature, MalformedMessage

_KEY_BYTES: Final = 32
_SIGNATURE_BYTES: Final = 64
_STAMP_DIGITS: Final = 12
_LONGEST_ID: Final = 200


class TelnyxWebhookReader:
    """Reads webhooks of API version 2. Without a usable key it refuses all of them."""

    def __init__(self, public_key_base64: str, *, tolerance_s: float = 300.0) -> None:
        """`public_key_base64` as the portal shows it: base64 of the raw 32 bytes, no PEM."""
        self._key = _public_key(public_key_base64)
        self._tolerance_s = tolerance_s

    def verify(self, headers: Mapping[str, str], body: bytes, *, now: float) -> None:
        if self._key is None:
            raise BadSignature("no usable Telnyx public key is configured")
        stamp = headers.get("telnyx-timestamp", "")
        if not (stamp.isascii() and stamp.isdigit()) or len(stamp) > _STAMP_DIGITS:
            raise BadSignature("the timestamp is missing or not a number of seconds")
        if abs(now - int(stamp)) > self._tolerance_s:
            raise BadSignature("the timestamp is too far from our clock")
        signature = _decoded(headers.get("telnyx-signature-ed25519", ""))
        if len(signature) != _SIGNATURE_BYTES:
            raise BadSignature("the signature is missing or not 64 bytes in base64")
        try:
            self._key.verify(signature, stamp.encode() + b"|" + body)
        except InvalidSignature as error:
            raise BadSignature("the signature is not Telnyx's") from error

    def read(self, body: bytes) -> Notice:
        data = _event_data(body)
        kind = _normalised(data["event_type"])
        payload = part(data, "payload")
        return Notice(
            event_id=_event_id(data),
            kind=kind,
            event=event_of(kind, payload),
            control_id=text(payload, "call_control_id"),
            leg_id=text(payload, "call_leg_id"),
            session_id=text(payload, "call_session_id"),
            call_id=call_id_of(payload.get("client_state")),
            sender=text(payload, "from"),
            to=text(payload, "to"),
            occurred_at=text(data, "occurred_at"),
        )


def _event_id(data: Mapping[str, Any]) -> str:
    """Telnyx's are UUIDs; none at all, or one that no index takes, is replaced by what tells the event apart too."""
    told = text(data, "id")
    return told if 0 < len(told) <= _LONGEST_ID else _digest(data)


def _public_key(configured: str) -> Ed25519PublicKey | None:
    raw = _decoded(configured.strip())
    return Ed25519PublicKey.from_public_bytes(raw) if len(raw) == _KEY_BYTES else None


def _decoded(encoded: str) -> bytes:
    """Bytes of a base64 text; none when it is not base64."""
    try:
        return pybase64.b64decode(encoded, validate=True)
    except ValueError:
        return b""


def _event_data(body: bytes) -> dict[str, Any]:
    try:
        content = orjson.loads(body)
    except ValueError as error:
        raise MalformedMessage("the webhook is not JSON") from error
    data = content.get("data") if isinstance(content, dict) else None
    if not isinstance(data, dict) or not isinstance(data.get("event_type"), str):
        # The application is set to API version 1, or this is not an event.
        raise MalformedMessage("the webhook has no data.event_type: API version 2 is needed")
    return data


def _normalised(event_type: str) -> str:
    """`streaming_started` is seen for `streaming.started`; a name with dots may have underscores of its own."""
    return event_type if "." in event_type else event_type.replace("_", ".")


def _digest(data: Mapping[str, Any]) -> str:
    """Stands in for a missing id, equal for repeated deliveries: one shared empty id would make all but one vanish."""
    return hashlib.sha256(orjson.dumps(data, option=orjson.OPT_SORT_KEYS)).hexdigest()
