"""How a provider's websocket is opened, written to and lost."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI

from control_plane.adapters.refusals import refusal
from control_plane.ports.errors import Misconfigured, ProviderError, Timeout, Unavailable

Spawn = Callable[[Coroutine[Any, Any, None], str], asyncio.Task[None]]
"""The supervisor's way to start a named task; adapters start none by themselves."""

_WEBSOCKET_SCHEME: Final = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}
_HTTP_SCHEME: Final = {"http": "http", "https": "https", "ws": "http", "wss": "https"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketTimings:
    """How patient a socket is, in seconds. Pings also keep a quiet connection alive in the boxes between."""

    connect: float = 4.0
    """Name, TCP, TLS and handshake together."""
    send: float = 2.0
    """Until the peer takes what is written, once the write buffer is full."""
    close: float = 1.0
    """Until the peer answers our close frame; then the connection is dropped."""
    ping_every: float = 5.0
    ping_patience: float | None = 5.0
    """Until a ping must be answered; a half-open socket is lost after both. None: pings go unanswered."""


def websocket_url(base_url: str, path: str) -> str:
    """`path` under `base_url` (http, https, ws or wss, with or without a path prefix) as a websocket address."""
    return _address(base_url, path, schemes=_WEBSOCKET_SCHEME)


def http_url(base_url: str, path: str) -> str:
    """`path` under `base_url` (http, https, ws or wss, with or without a path prefix) as an HTTP address."""
    return _address(base_url, path, schemes=_HTTP_SCHEME)


def _address(base_url: str, path: str, *, schemes: Mapping[str, str]) -> str:
    base = urlsplit(base_url)
    scheme = schemes.get(base.scheme)
    if scheme is None or not base.netloc:
        raise ValueError(f"not a base URL: {base_url!r}")
    return urlunsplit((scheme, base.netloc, base.path.rstrip("/") + path, "", ""))


async def open_socket(
    provider: str,
    url: str,
    *,
    headers: Mapping[str, str],
    timings: SocketTimings,
    max_size: int = 2**20,
    error_header: str = "",
) -> ClientConnection:
    """Connect. `max_size` bounds one message in bytes; `error_header` names the header that tells why it was refused.

    Raises ProviderError; its text holds neither the address nor the headers.
    """
    try:
        return await connect(
            url,
            additional_headers=headers,
            compression=None,
            open_timeout=timings.connect,
            close_timeout=timings.close,
            ping_interval=timings.ping_every,
            ping_timeout=timings.ping_patience,
            max_size=max_size,
            max_queue=64,
        )
    except InvalidStatus as exc:
        answer = exc.response.headers
        code = answer.get(error_header, "") if error_header else ""
        raise refusal(provider, exc.response.status_code, code=code, retry_after=answer.get("Retry-After", "")) from exc
    except TimeoutError as exc:
        raise Timeout(provider, f"no connection within {timings.connect} s") from exc
    except InvalidURI as exc:
        raise Misconfigured(provider, "its address is not a websocket address") from exc
    except (InvalidHandshake, OSError) as exc:
        raise Unavailable(provider, "cannot be connected to") from exc


async def send(socket: ClientConnection, message: str | bytes, *, provider: str, timings: SocketTimings) -> None:
    """Write one message (text or binary by its type). Does not wait for an answer. Raises ProviderError."""
    try:
        async with asyncio.timeout(timings.send):
            await socket.send(message)
    except ConnectionClosed as exc:
        raise lost(provider, exc) from exc
    except TimeoutError as exc:
        raise Timeout(provider, f"took no data for {timings.send} s") from exc


def lost(provider: str, closed: ConnectionClosed) -> ProviderError:
    """The error for a socket that the peer or the network ended; the close code is its code."""
    return Unavailable(provider, "the connection was closed", code=str(closed.rcvd.code) if closed.rcvd else "")
