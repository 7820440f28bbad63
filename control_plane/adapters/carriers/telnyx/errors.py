"""How a refusal by Telnyx reads in the gateway's error language."""

import math
import re
from collections.abc import Mapping
from typing import Final

import orjson

from control_plane.adapters.carriers.telnyx.account import PROVIDER
from control_plane.ports.errors import (
    CallGone,
    Misconfigured,
    NotAnswered,
    ProviderError,
    RateLimited,
    Rejected,
    Unavailable,
)

_BY_STATUS_AND_CODE: Final[Mapping[tuple[int, str], type[ProviderError]]] = {
    # Codes alone do not tell: 10011 and 10015 mean other things under other statuses.
    (422, "90018"): CallGone,
    (422, "90034"): NotAnswered,
}
_BY_STATUS: Final[Mapping[int, type[ProviderError]]] = {401: Misconfigured, 403: Misconfigured, 408: Unavailable}

_TITLE_LENGTH: Final = 80
_LONG_NUMBER: Final = re.compile(r"\d(?:[\s().-]*\d){4,}")
"""Telnyx's titles are fixed sentences; should one quote a telephone number, it is blotted out."""


def refusal(status: int, body: bytes, *, headers: Mapping[str, str]) -> ProviderError:
    """The error for a response that is not 2xx; `body` may be anything."""
    code, title = _first_error(body)
    text = f"status {status}" + (f", {title}" if title else "")
    if status == 429:
        return RateLimited(PROVIDER, text, code=code, retry_after=_seconds(headers))
    if status >= 500:
        return Unavailable(PROVIDER, text, code=code)
    kind = _BY_STATUS_AND_CODE.get((status, code)) or _BY_STATUS.get(status, Rejected)
    return kind(PROVIDER, text, code=code)


def _first_error(body: bytes) -> tuple[str, str]:
    """Code and title of the first error in `{"errors":[…]}`; empty where the body has none."""
    try:
        content = orjson.loads(body)
    except ValueError:
        return "", ""
    errors = content.get("errors") if isinstance(content, dict) else None
    first = errors[0] if isinstance(errors, list) and errors else None
    if not isinstance(first, dict):
        return "", ""
    code, title = first.get("code"), first.get("title")
    shown = _LONG_NUMBER.sub("…", title)[:_TITLE_LENGTH] if isinstance(title, str) else ""
    return (str(code) if isinstance(code, (str, int)) else "")[:16], shown


def _seconds(headers: Mapping[str, str]) -> float | None:
    """Seconds until the quota is open again; None when the response does not say."""
    for name in ("x-ratelimit-reset", "retry-after"):
        try:
            seconds = float(headers.get(name, ""))
        except ValueError:
            continue
        if math.isfinite(seconds) and seconds >= 0:
            return seconds
    return None
