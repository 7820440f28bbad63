"""How webhooks that we send are signed: the Standard Webhooks scheme (standardwebhooks.com, version 1, symmetric).

Signed is `<id>.<timestamp>.<body>` with HMAC-SHA256; while a secret is replaced, the header holds a signature by each.
"""

import base64
import binascii
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

PREFIX: Final = "whsec_"
SECRET_BYTES: Final = (24, 64)
"""Least and most that the scheme takes."""
TOLERANCE_S: Final = 300
ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"

_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,128}", re.ASCII)


class BadSecret(ValueError):
    """Not `whsec_` and the base64 of 24 to 64 bytes; the text does not hold it."""


def secret_of(random: bytes) -> str:
    """How a secret is written for its holder. Raises BadSecret."""
    if not SECRET_BYTES[0] <= len(random) <= SECRET_BYTES[1]:
        raise BadSecret("a secret has 24 to 64 bytes")
    return PREFIX + base64.b64encode(random).decode()


def signed_headers(message_id: str, *, timestamp: float, body: bytes, secrets: Sequence[str]) -> dict[str, str]:
    """The three headers of one attempt: the id stays the same when it is repeated, `timestamp` is that of the attempt.

    `secrets`: the newest first; more than one while receivers change over. Raises BadSecret, ValueError.
    """
    if not _ID.fullmatch(message_id) or not secrets:
        raise ValueError("an id has no dots, and nothing is signed by nobody")
    at = str(int(timestamp))
    signatures = (_signature(secret, message_id, at=at, body=body) for secret in secrets)
    return {ID: message_id, TIMESTAMP: at, SIGNATURE: " ".join(signatures)}


def verified(headers: Mapping[str, str], body: bytes, *, secrets: Iterable[str], now: float) -> bool:
    """As a receiver does it: one of the signatures is by one of the secrets, and it is not old. Raises BadSecret."""
    message_id, at, given = (headers.get(name, "") for name in (ID, TIMESTAMP, SIGNATURE))
    if not (at.isascii() and at.isdigit() and len(at) <= 12) or abs(now - int(at)) > TOLERANCE_S:
        return False
    right = [_signature(secret, message_id, at=at, body=body) for secret in secrets]
    return any(
        hmac.compare_digest(one.encode(errors="replace"), other.encode()) for one in given.split(" ") for other in right
    )


def _signature(secret: str, message_id: str, *, at: str, body: bytes) -> str:
    said = f"{message_id}.{at}.".encode() + body
    return f"v1,{base64.b64encode(hmac.digest(_key(secret), said, 'sha256')).decode()}"


def _key(secret: str) -> bytes:
    if not secret.startswith(PREFIX):
        raise BadSecret("a secret begins with whsec_")
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadSecret("a secret is base64") from error
    if not SECRET_BYTES[0] <= len(key) <= SECRET_BYTES[1]:
        raise BadSecret("a secret has 24 to 64 bytes")
    return key
