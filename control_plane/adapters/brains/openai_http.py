"""A streamed chat completion over HTTP: server-sent events, patience, errors."""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncGenerator, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

import aiohttp
import httpx
import orjson

from control_plane.adapters.brains.event_lines import EventLines
from control_plane.adapters.brains.openai_request import PROVIDER, failed, refused
from control_plane.adapters.brains.openai_stream import ReplyReader
from control_plane.adapters.http_session import HttpSession
from control_plane.adapters.http_transport import AiohttpTransport, Body, body_of
from control_plane.ports.brain import BrainEvent
from control_plane.ports.errors import Timeout, Unavailable

_DONE: Final = b"[DONE]"
_JSON: Final = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAiTimings:
    """All in seconds."""

    connect: float = 3.0
    first_token: float = 8.0
    """From the request to the first piece of text or of a tool call."""
    between_tokens: float = 10.0
    tail: float = 1.0
    """From the end of the reply to the usage that follows it."""
    keep_connection: float = 120.0
    """How long an idle connection is kept for the next turn."""


class ChatClient:
    """One long-lived client. It never retries: a caller is waiting, and the fallback stands with the service."""

    def __init__(self, *, api_key: str, base_url: str, timings: OpenAiTimings) -> None:
        self._timings = timings
        self._base_url = base_url
        session = HttpSession(base_url, keep_s=timings.keep_connection, security=httpx.create_ssl_context)
        self._http = httpx.AsyncClient(
            headers={
                "Accept-Encoding": "identity",
                **({"Authorization": f"Bearer {api_key}"} if api_key else {}),
            },
            transport=AiohttpTransport(session),
            timeout=httpx.Timeout(connect=timings.connect, read=timings.first_token, write=5.0, pool=1.0),
        )

    async def answer(self, request: Mapping[str, Any]) -> AsyncGenerator[BrainEvent, None]:
        """What one reply brings. Closing this iterator closes the connection, which cancels the request.

        What comes after the model said why it stopped is welcome, but its absence is no error.
        """
        reply = _Reply()
        async with contextlib.AsyncExitStack() as stack:
            stack.enter_context(_translated())
            async with asyncio.timeout(self._timings.first_token):
                body = await self._ask(request, stack)
                early = await reply.begin(body)
            for said in chain(early, reply.read(b"")):
                yield said
            while piece := await self._next(body, finished=reply.reader.finished):
                for said in reply.read(piece):
                    yield said
        if not reply.reader.finished:
            raise Unavailable(PROVIDER, "the reply was cut")
        yield reply.reader.end()

    async def _ask(self, request: Mapping[str, Any], stack: contextlib.AsyncExitStack) -> Body:
        address = f"{self._base_url}/chat/completions"
        asked = self._http.stream("POST", address, content=orjson.dumps(request), headers=_JSON)
        response = await stack.enter_async_context(asked)
        if response.status_code != httpx.codes.OK:
            body = await response.aread()
            raise refused(response.status_code, body, retry_after=response.headers.get("retry-after", ""))
        return body_of(response)

    async def _next(self, body: Body, *, finished: bool) -> bytes:
        """Read to the end of the body, which follows `[DONE]`: only then can the connection be used again."""
        if not finished:
            return await body.read(self._timings.between_tokens)
        try:
            return await body.read(self._timings.tail)
        except (TimeoutError, httpx.HTTPError, aiohttp.ClientError):
            return b""

    async def connect_ahead(self) -> None:
        """Leave an idle connection in the pool. A GET of no resource costs neither tokens nor quota; never raises.

        Not a HEAD: aiohttp closes the connection after one whose answer names no length.
        """
        with contextlib.suppress(TimeoutError, httpx.HTTPError, httpx.InvalidURL):
            async with asyncio.timeout(self._timings.connect):
                await self._http.get(self._base_url)

    async def aclose(self) -> None:
        await self._http.aclose()


class _Reply:
    """The bytes of one reply, turned into what they say."""

    def __init__(self) -> None:
        self.reader = ReplyReader()
        self._lines = EventLines()
        self._events: deque[bytes] = deque()
        """That were not read yet: what is said before a fault comes before it."""

    async def begin(self, body: Body) -> list[BrainEvent]:
        """Read up to the first content."""
        early: list[BrainEvent] = []
        while not self.reader.begun and (self._events or await self._more(body)):
            if self._events:
                early += self._next()
        return early

    async def _more(self, body: Body) -> bool:
        piece = await body.read(None)
        self._add(piece)
        return bool(piece)

    def read(self, piece: bytes) -> Iterator[BrainEvent]:
        self._add(piece)
        while self._events:
            yield from self._next()

    def _add(self, piece: bytes) -> None:
        self._events += [data for data in self._lines.feed(piece) if data and data != _DONE]

    def _next(self) -> Iterator[BrainEvent]:
        return self.reader.read(_chunk(self._events.popleft()))


def _chunk(data: bytes) -> Mapping[str, Any]:
    chunk = orjson.loads(data)
    if not isinstance(chunk, dict):
        raise Unavailable(PROVIDER, "sent something that is no chunk")
    if chunk.get("error"):
        raise failed(chunk["error"])
    return chunk


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (TimeoutError, httpx.TimeoutException) as exc:
        raise Timeout(PROVIDER, "did not answer in time") from exc
    except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, aiohttp.ClientError) as exc:
        raise Unavailable(PROVIDER, "the connection failed") from exc
    except ValueError as exc:
        raise Unavailable(PROVIDER, "sent something that is not JSON") from exc
