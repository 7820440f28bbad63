"""The session cookie: a time until which its holder may use the API, signed with the API's token."""

import hashlib
import hmac
import re
from typing import Final

NAME: Final = "centralita_session"

_VALUE: Final = re.compile(r"v1\.([0-9]{1,12})\.([0-9a-f]{64})", re.ASCII)


def sealed(expires: int, token: str) -> str:
    """The cookie's value. Whoever knows the token can check it: the sidecar, every control plane."""
    return f"v1.{expires}.{_signature(str(expires), token)}"


def expiry(value: str, token: str, *, now: float) -> int | None:
    """Until when it is good; None when it is not, and always without a token."""
    found = _VALUE.fullmatch(value)
    if found is None or not token:
        return None
    expires, signature = found.groups()
    if not hmac.compare_digest(signature.encode(), _signature(expires, token).encode()) or int(expires) <= now:
        return None
    return int(expires)


def _signature(expires: str, token: str) -> str:
    return hmac.new(token.encode(), f"centralita session v1.{expires}".encode(), hashlib.sha256).hexdigest()
