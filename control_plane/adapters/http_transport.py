"""aiohttp's connections as a transport of httpx, and what its errors are called there and in its twin httpx2."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any, Final, Protocol

import aiohttp
import httpx

from control_plane.adapters.http_session import HttpSession, Reading

READING: Final = "reading"
"""The extension of an answer that gives its `Body`, for who reads it without httpx."""


class Body(Protocol):
    """The bytes of an answer as they come; whoever opened the answer closes it."""

    async def read(self, patience_s: float | None) -> bytes:
        """What has come since the last time; empty at the end. Raises aiohttp.ClientError, TimeoutError, errors of
        httpx."""
        ...


def body_of(answer: Any) -> Body:
    """Of an answer of httpx or httpx2: as it comes from aiohttp, else (packed) as httpx gives it."""
    reading: Body | None = answer.extensions.get(READING)
    return reading if reading is not None and "content-encoding" not in answer.headers else _Through(answer)


class _Through:
    def __init__(self, answer: Any) -> None:
        self._pieces: AsyncIterator[bytes] = answer.aiter_bytes()

    async def read(self, patience_s: float | None) -> bytes:
        async with asyncio.timeout(patience_s):
            return await anext(self._pieces, b"")


class _Stream(httpx.AsyncByteStream):
    def __init__(self, reading: Reading, patience_s: float | None) -> None:
        self._reading = reading
        self._patience_s = patience_s

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with translated(httpx):
            while piece := await self._reading.read(self._patience_s):
                yield piece

    async def aclose(self) -> None:
        self._reading.close()


class AiohttpTransport(httpx.AsyncBaseTransport):
    def __init__(self, session: HttpSession) -> None:
        self._session = session

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        with translated(httpx):
            answer = await self._session.ask(request)
        reading = Reading(answer)
        stream = _Stream(reading, (request.extensions.get("timeout") or {}).get("read"))
        return httpx.Response(
            answer.status, headers=list(answer.raw_headers), stream=stream, extensions={READING: reading}
        )

    async def aclose(self) -> None:
        await self._session.aclose()


@contextmanager
def translated(library: Any) -> Iterator[None]:
    """`library` is httpx or httpx2: what the errors of aiohttp are called there."""
    try:
        yield
    except aiohttp.ConnectionTimeoutError as late:
        raise library.ConnectTimeout("no connection in time") from late
    except TimeoutError as late:
        raise library.ReadTimeout("no answer in time") from late
    except aiohttp.ClientConnectorError as nobody:
        raise library.ConnectError(f"no connection: {type(nobody).__name__}") from nobody
    except ValueError as error:
        raise library.LocalProtocolError(type(error).__name__) from error
    except aiohttp.ClientError as lost:
        raise library.RemoteProtocolError(f"the answer broke off: {type(lost).__name__}") from lost
