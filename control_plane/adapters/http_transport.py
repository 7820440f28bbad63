"""Our own connections as a transport of httpx: it makes the requests and knows the settings, we carry the bytes."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any, Final, Protocol

import httpx

from control_plane.adapters.http_wire import Place, Wire, WireLost, Wires, request_bytes

WIRE: Final = "wire"
"""The extension of an answer that gives its `Body`, for who reads it without httpx."""
_PORTS: Final = {"http": 80, "https": 443}


def place_of(url: Any) -> Place:
    """Of a URL of httpx or of its twin httpx2."""
    return Place(url.host, url.port or _PORTS[url.scheme], url.scheme == "https")


async def ask(wires: Wires, request: Any) -> Wire:
    """Send a request of httpx or httpx2. Raises WireLost, TimeoutError, ValueError."""
    if "transfer-encoding" in request.headers:
        raise ValueError("a body has to come with its length")
    patience = request.extensions.get("timeout") or {}
    body = await request.aread()
    data = request_bytes(request.method, request.url.raw_path, headers=request.headers.raw, body=body)
    return await wires.ask(
        place_of(request.url),
        data,
        bodiless=request.method == "HEAD",
        connect_s=patience.get("connect"),
        head_s=patience.get("read"),
    )


class Body(Protocol):
    """The bytes of an answer as they come; whoever opened the answer closes it."""

    async def read(self, patience_s: float | None) -> bytes:
        """What has come since the last time; empty at the end. Raises WireLost, TimeoutError, errors of httpx."""
        ...


def body_of(answer: Any) -> Body:
    """Of an answer of httpx or httpx2: as it is on our own connection, else as their transport gives it."""
    wire: Body | None = answer.extensions.get(WIRE)
    return wire if wire is not None and "content-encoding" not in answer.headers else _Through(answer)


class _Through:
    """Over a proxy, or packed."""

    def __init__(self, answer: Any) -> None:
        self._pieces: AsyncIterator[bytes] = answer.aiter_bytes()

    async def read(self, patience_s: float | None) -> bytes:
        async with asyncio.timeout(patience_s):
            return await anext(self._pieces, b"")


class Reading:
    """The body of an answer; given back with its connection."""

    def __init__(self, wires: Wires, wire: Wire) -> None:
        self._wires = wires
        self._wire: Wire | None = wire

    async def read(self, patience_s: float | None) -> bytes:
        """What has come since the last time; empty at the end. Raises WireLost, TimeoutError."""
        return await self._wire.read(patience_s) if self._wire is not None else b""

    def close(self) -> None:
        """Before the end this ends the request."""
        wire, self._wire = self._wire, None
        if wire is not None:
            self._wires.release(wire)


class _Body(httpx.AsyncByteStream):
    def __init__(self, reading: Reading, patience_s: float | None) -> None:
        self._reading = reading
        self._patience_s = patience_s

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _translated():
            while piece := await self._reading.read(self._patience_s):
                yield piece

    async def aclose(self) -> None:
        self._reading.close()


class WireTransport(httpx.AsyncBaseTransport):
    """Knows no proxies: see `http_wire.is_proxied`."""

    def __init__(self, wires: Wires) -> None:
        self._wires = wires

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        with _translated():
            wire = await ask(self._wires, request)
        reading = Reading(self._wires, wire)
        body = _Body(reading, (request.extensions.get("timeout") or {}).get("read"))
        answer = wire.answer
        return httpx.Response(answer.status, headers=answer.headers, stream=body, extensions={WIRE: reading})

    async def aclose(self) -> None:
        self._wires.close()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except TimeoutError as late:
        raise httpx.ReadTimeout("no answer in time") from late
    except WireLost as lost:
        raise httpx.RemoteProtocolError(str(lost)) from lost
    except ValueError as error:
        raise httpx.LocalProtocolError(str(error)) from error
