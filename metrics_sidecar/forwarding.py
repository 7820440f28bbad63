"""What of a request goes on to a control plane, and under which path: pure rules of the proxy."""

import re
from collections.abc import Iterable
from typing import Final

PREFIXES: Final = (b"/api/proxy/control/", b"/api/proxy/node/")
CHOICE: Final = "x-control-plane"

_TAIL: Final = re.compile(rb"(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*")
_HIDDEN: Final = re.compile(rb"%(?:2[efEF5]|5[cC]|[01][0-9A-Fa-f]|7[fF])")
"""Encoded dots, slashes, percent signs, backslashes and control characters: two servers may read them differently."""
_QUERY: Final = re.compile(rb"[!$-~]*")

_HOP_BY_HOP: Final = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
_OF_THE_CLIENT: Final = frozenset(
    {"authorization", "cookie", "host", "origin", "referer", "expect", "forwarded", CHOICE}
)
"""Who the client is ends here: the control plane is asked with our own token."""
_OURS: Final = ("x-forwarded-", "x-centralita-")
"""What proxies and control planes say to each other."""
_OF_THE_SERVER: Final = frozenset({"set-cookie", "server", "date", "alt-svc"})

Headers = list[tuple[str, str]]


def target(path: bytes, query: bytes) -> bytes | None:
    """Path and query to ask of a control plane, `None` when the path plays tricks. `path` as it came, not decoded."""
    prefix = next((prefix for prefix in PREFIXES if path.startswith(prefix)), None)
    if prefix is None:
        return None
    tail = path.removeprefix(prefix)
    segments = tail.split(b"/")
    if not _TAIL.fullmatch(tail) or _HIDDEN.search(tail) or not _QUERY.fullmatch(query):
        return None
    if any(segment in (b".", b"..") for segment in segments) or b"" in segments[:-1]:
        return None
    return b"/" + tail + (b"?" + query if query else b"")


def request_headers(headers: Iterable[tuple[str, str]]) -> Headers:
    given = [(name.lower(), value) for name, value in headers]
    dropped = _HOP_BY_HOP | _OF_THE_CLIENT | _named_by_connection(given)
    return [
        (name, value)
        for name, value in given
        if name not in dropped and not name.startswith(_OURS) and name not in ("x-real-ip", "remote-addr")
    ]


def response_headers(headers: Iterable[tuple[str, str]]) -> Headers:
    given = [(name.lower(), value) for name, value in headers]
    dropped = _HOP_BY_HOP | _OF_THE_SERVER | _named_by_connection(given)
    return [(name, value) for name, value in given if name not in dropped]


def _named_by_connection(headers: Headers) -> set[str]:
    values = [value for name, value in headers if name == "connection"]
    return {token.strip().lower() for value in values for token in value.split(",")}
