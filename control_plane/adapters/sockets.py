"""How a provider's websocket is found and opened."""

import asyncio
import logging
import ssl
from collections.abc import Callable, Coroutine, Mapping
from functools import cache
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from picows import WSHandshakeError, WSInvalidStatusError, WSInvalidURL, ws_connect

from control_plane.adapters.provider_socket import ProviderSocket, SocketTimings
from control_plane.adapters.refusals import refusal
from control_plane.ports.errors import Misconfigured, ProviderError, Timeout, Unavailable

Spawn = Callable[[Coroutine[Any, Any, None], str], asyncio.Task[None]]
"""The supervisor's way to start a named task; adapters start none by themselves."""

_WEBSOCKET_SCHEME: Final = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}
_HTTP_SCHEME: Final = {"http": "http", "https": "https", "ws": "http", "wss": "https"}


_READ_BUFFER_BYTES: Final = 4096
"""To begin with; it grows with the messages, and what it has grown to is held until the socket closes."""

# As an adapter: of a logger picows makes another one for each connection.
_LOGGER: Final = logging.LoggerAdapter(logging.getLogger("picows.provider"))


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


@cache
def _trust() -> ssl.SSLContext:
    """One for all sockets: to read the authorities takes 24 ms, and 0.8 MB each time."""
    return ssl.create_default_context()


async def _trust_for(url: str) -> ssl.SSLContext | None:
    if urlsplit(url).scheme != "wss":
        return None
    return _trust() if _trust.cache_info().currsize else await asyncio.to_thread(_trust)


async def open_socket(
    provider: str,
    url: str,
    *,
    headers: Mapping[str, str],
    timings: SocketTimings,
    max_size: int = 2**20,
    error_header: str = "",
) -> ProviderSocket:
    """Connect. `max_size` bounds one message in bytes; `error_header` names the header that tells why it was refused.

    Raises ProviderError; its text holds neither the address nor the headers.
    """
    socket = ProviderSocket(provider, timings=timings, max_size=max_size)
    opened = False
    try:
        async with asyncio.timeout(timings.connect):
            await connect(socket, url, headers=headers, trust=await _trust_for(url))
        opened = socket.usable
    except WSInvalidStatusError as exc:
        raise _refused(provider, exc, error_header=error_header) from exc
    except TimeoutError as exc:
        raise Timeout(provider, f"no connection within {timings.connect} s") from exc
    except (WSHandshakeError, OSError) as exc:  # before ValueError: a bad certificate is both
        raise Unavailable(provider, "cannot be connected to") from exc
    except (WSInvalidURL, ValueError) as exc:
        raise Misconfigured(provider, "its address is not a websocket address") from exc
    finally:
        if not opened:
            socket.abandon()
    if not opened:  # it hung up in the middle of the handshake, which picows does not call an error
        raise Unavailable(provider, "cannot be connected to")
    return socket


async def connect(
    socket: ProviderSocket, url: str, *, headers: Mapping[str, str], trust: ssl.SSLContext | None
) -> None:
    """What goes wrong is told in the words of picows. A caller that gives up has to abandon the socket."""
    await ws_connect(
        lambda request, response: socket,
        url,
        ssl_context=trust,
        # Its own timeout, which ends a connection that nobody waits for any more.
        websocket_handshake_timeout=socket.timings.connect,
        logger_name=_LOGGER,
        enable_auto_pong=False,
        max_frame_size=socket.max_size,
        extra_headers={"User-Agent": "centralita", **headers},
        max_redirects=0,
        proxy=None,
        read_buffer_init_size=_READ_BUFFER_BYTES,
    )


def _refused(provider: str, answer: WSInvalidStatusError, *, error_header: str) -> ProviderError:
    if answer.response is None:
        return Unavailable(provider, "cannot be connected to")
    told = answer.response.headers
    code = told.get(error_header, "") if error_header else ""
    return refusal(provider, int(answer.response.status), code=code, retry_after=told.get("Retry-After", ""))
