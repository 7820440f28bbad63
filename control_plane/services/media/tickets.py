"""Tickets for media sockets: a secret in the path that names one call and expires."""

import base64
import binascii
import hashlib
import hmac
import struct
from typing import Final

from control_plane.ports.carrier import StreamTicket
from control_plane.ports.infrastructure import Clock

VALID_S: Final = 4 * 3600
"""A call may ring, be transferred back and lose its stream; longer than any of that, shorter than a day."""

_MAC_BYTES: Final = 16


class Tickets:
    """Issues and checks tokens `base64url(expiry | mac)~call id`; the MAC covers both, so neither can be changed."""

    def __init__(self, secret: bytes, *, stream_url: str, clock: Clock) -> None:
        self._secret = secret
        self._stream_url = stream_url.rstrip("/")
        self._clock = clock

    def issue(self, call_id: str) -> StreamTicket:
        expiry = struct.pack(">I", int(self._clock.wall()) + VALID_S)
        seal = base64.urlsafe_b64encode(expiry + self._mac(call_id, expiry)).decode().rstrip("=")
        token = f"{seal}~{call_id}"
        return StreamTicket(url=f"{self._stream_url}/{token}", token=token)

    def check(self, token: str) -> str | None:
        """The call id of a valid token, else None. Takes anything a stranger may send."""
        seal, _, call_id = token.partition("~")
        try:
            raw = base64.b64decode(seal.encode("ascii") + b"=" * (-len(seal) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        if len(raw) != 4 + _MAC_BYTES or not call_id:
            return None
        expiry, mac = raw[:4], raw[4:]
        if not hmac.compare_digest(mac, self._mac(call_id, expiry)):
            return None
        return call_id if struct.unpack(">I", expiry)[0] >= self._clock.wall() else None

    def _mac(self, call_id: str, expiry: bytes) -> bytes:
        sealed = b"media\0" + expiry + call_id.encode(errors="surrogatepass")
        return hmac.digest(self._secret, sealed, hashlib.sha256)[:_MAC_BYTES]
