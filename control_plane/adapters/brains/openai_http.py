"""A streamed chat completion over HTTP: server-sent events, patience, errors."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx
import orjson

from control_plane.adapters.brains.openai_request import PROVIDER, failed, refused
from control_plane.adapters.brains.openai_stream import first_choice, has_content
from control_plane.ports.errors import Timeout, Unavailable

Chunk = Mapping[str, Any]

_DATA: Final = "data:"
_DONE: Final = "[DONE]"


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
        patience = max(timings.first_token, timings.between_tokens)
        self._http = httpx.AsyncClient(
            headers={"Authorization": f"Bearer {api_key}"} if api_key else {},
            limits=httpx.Limits(
                max_connections=1000, max_keepalive_connections=100, keepalive_expiry=timings.keep_connection
            ),
            timeout=httpx.Timeout(connect=timings.connect, read=patience, write=5.0, pool=1.0),
        )

    async def stream(self, request: Mapping[str, Any]) -> AsyncGenerator[Chunk, None]:
        """The chunks of one reply. Closing this iterator closes the connection, which cancels the request.

        What comes after the model said why it stopped is welcome, but its absence is no error.
        """
        finished = False
        with _translated():
            async with contextlib.AsyncExitStack() as stack:
                chunks, early = await self._begin(request, stack)
                for chunk in early:
                    finished = finished or bool(first_choice(chunk).get("finish_reason"))
                    yield chunk
                while (later := await self._next(chunks, finished=finished)) is not None:
                    finished = finished or bool(first_choice(later).get("finish_reason"))
                    yield later

    async def _begin(
        self, request: Mapping[str, Any], stack: contextlib.AsyncExitStack
    ) -> tuple[AsyncGenerator[Chunk, None], list[Chunk]]:
        """The stream and its chunks up to the first content, all within one timeout."""
        early: list[Chunk] = []
        async with asyncio.timeout(self._timings.first_token):
            address = f"{self._base_url}/chat/completions"
            response = await stack.enter_async_context(self._http.stream("POST", address, json=request))
            if response.status_code != httpx.codes.OK:
                body = await response.aread()
                raise refused(response.status_code, body, retry_after=response.headers.get("retry-after", ""))
            chunks = _chunks(response)
            stack.push_async_callback(chunks.aclose)
            async for chunk in chunks:
                early.append(chunk)
                if has_content(chunk):
                    break
        return chunks, early

    async def _next(self, chunks: AsyncGenerator[Chunk, None], *, finished: bool) -> Chunk | None:
        if not finished:
            async with asyncio.timeout(self._timings.between_tokens):
                return await anext(chunks, None)
        try:
            async with asyncio.timeout(self._timings.tail):
                return await anext(chunks, None)
        except (TimeoutError, httpx.HTTPError):
            return None

    async def connect_ahead(self) -> None:
        """Leave an idle connection in the pool. A HEAD costs neither tokens nor quota; never raises."""
        with contextlib.suppress(TimeoutError, httpx.HTTPError, httpx.InvalidURL):
            async with asyncio.timeout(self._timings.connect):
                await self._http.head(self._base_url)

    async def aclose(self) -> None:
        await self._http.aclose()


async def _chunks(response: httpx.Response) -> AsyncGenerator[Chunk, None]:
    """The data of the events. Lines that are none (comments, names of events) are passed over.

    Read to the end of the body, which follows `[DONE]`: only then can the connection be used again.
    """
    async for line in response.aiter_lines():
        if not line.startswith(_DATA):
            continue
        data = line.removeprefix(_DATA).strip()
        if data == _DONE:
            continue
        chunk = orjson.loads(data)
        if not isinstance(chunk, dict):
            raise Unavailable(PROVIDER, "sent something that is no chunk")
        if chunk.get("error"):
            raise failed(chunk["error"])
        yield chunk


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (TimeoutError, httpx.TimeoutException) as exc:
        raise Timeout(PROVIDER, "did not answer in time") from exc
    except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL) as exc:
        raise Unavailable(PROVIDER, "the connection failed") from exc
    except orjson.JSONDecodeError as exc:
        raise Unavailable(PROVIDER, "sent something that is not JSON") from exc
