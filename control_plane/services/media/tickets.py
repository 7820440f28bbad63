"""Tickets for media sockets: a secret in the path that names one call and expires."""

import base64
import binascii
import hashlib
import hmac
import secrets
import struct
from typing import Final

from control_plane.ports.carrier import StreamTicket
from control_plane.ports.infrastructure import Clock

VALID_S: Final = 4 * 3600
"""A call may ring, be transferred back and lose its stream; longer than any of that, shorter than a day."""

ECHO_VALID_S: Final = 60
"""An echo call begins as soon as its ticket is issued."""

_MAC_BYTES: Final = 16
_CALL: Final = b"media\0"
_ECHO: Final = b"echo\0"
"""A ticket of one kind never opens the door of the other."""


class Tickets:
    """Issues and checks tokens `base64url(expiry | mac)~call id`; the MAC covers both, so neither can be changed."""

    def __init__(self, secret: bytes, *, stream_url: str, clock: Clock) -> None:
        self._secret = secret
        self._stream_url = stream_url.rstrip("/")
        self._clock = clock

    def issue(self, call_id: str) -> StreamTicket:
        return self._sealed(_CALL, call_id, valid_s=VALID_S)

    def issue_echo(self) -> StreamTicket:
        """For one echo call, on whose stream one hears oneself."""
        return self._sealed(_ECHO, secrets.token_hex(8), valid_s=ECHO_VALID_S)

    def check(self, token: str) -> str | None:
        """The call id of a valid token, else None. Takes anything a stranger may send."""
        return self._opened(_CALL, token)

    def check_echo(self, token: str) -> str | None:
        """The name of a valid echo ticket, else None; it is for whoever asks to let it in only once."""
        return self._opened(_ECHO, token)

    def _sealed(self, kind: bytes, name: str, *, valid_s: int) -> StreamTicket:
        expiry = struct.pack(">I", int(self._clock.wall()) + valid_s)
        seal = base64.urlsafe_b64encode(expiry + self._mac(kind, name, expiry=expiry)).decode().rstrip("=")
        token = f"{seal}~{name}"
        return StreamTicket(url=f"{self._stream_url}/{token}", token=token)

    def _opened(self, kind: bytes, token: str) -> str | None:
        seal, _, name = token.partition("~")
        try:
            raw = base64.b64decode(seal.encode("ascii") + b"=" * (-len(seal) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        if len(raw) != 4 + _MAC_BYTES or not name:
            return None
        expiry, mac = raw[:4], raw[4:]
        if not hmac.compare_digest(mac, self._mac(kind, name, expiry=expiry)):
            return None
        return name if struct.unpack(">I", expiry)[0] >= self._clock.wall() else None

    def _mac(self, kind: bytes, name: str, *, expiry: bytes) -> bytes:
        sealed = kind + expiry + name.encode(errors="surrogatepass")
        return hmac.digest(self._secret, sealed, hashlib.sha256)[:_MAC_BYTES]
