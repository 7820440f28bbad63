"""What an HTTP status of a provider means in the language of `ports.errors`; also for refused websocket handshakes."""

import re
from collections.abc import Mapping
from typing import Final

from control_plane.ports.errors import Misconfigured, ProviderError, RateLimited, Rejected, Timeout, Unavailable

_BY_STATUS: Final[Mapping[int, type[ProviderError]]] = {
    401: Misconfigured,
    402: Misconfigured,
    403: Misconfigured,
    408: Timeout,
    429: RateLimited,
    504: Timeout,
}
_MACHINE_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,60}")


def kind_of(status: int) -> type[ProviderError]:
    """The error class for an HTTP status: the table first, then 4xx is Rejected and all else Unavailable."""
    return _BY_STATUS.get(status) or (Rejected if 400 <= status < 500 else Unavailable)


def refusal(
    provider: str,
    status: int,
    *,
    code: str = "",
    retry_after: str = "",
    kind: type[ProviderError] | None = None,
) -> ProviderError:
    """The error for an answer with `status`.

    `code` is what the provider called the fault; free text is left out, as it may repeat what was asked.
    `retry_after` is the raw header, in seconds. `kind` overrides the table when the provider's own code says more.
    """
    kind = kind or kind_of(status)
    text = f"answered {status}"
    if kind is RateLimited:
        return RateLimited(provider, text, code=machine_name(code), retry_after=_seconds(retry_after))
    return kind(provider, text, code=machine_name(code))


def machine_name(code: object) -> str:
    """`code` if it is a name made for machines, else nothing."""
    return code if isinstance(code, str) and _MACHINE_NAME.fullmatch(code) else ""


def _seconds(header: str) -> float | None:
    try:
        return max(0.0, float(header))
    except ValueError:
        return None
