"""The `anthropic` SDK: its client and its errors. Imported only when first needed, as that takes two seconds.

Source: the SDK of version 2, which speaks through httpx2. It makes the request and knows the refusals; what a reply
brings is read as it comes from aiohttp (`docs/decisions/0013-claude-stream.md`).
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncGenerator, Iterator, Mapping
from itertools import chain
from typing import Any, Final

import aiohttp
import anthropic
import httpx2
import orjson

from control_plane.adapters.brains.anthropic_request import PROVIDER
from control_plane.adapters.brains.anthropic_stream import ReplyReader
from control_plane.adapters.brains.anthropic_timings import AnthropicTimings
from control_plane.adapters.brains.anthropic_transport import AiohttpTransport
from control_plane.adapters.brains.event_lines import EventLines
from control_plane.adapters.http_session import HttpSession
from control_plane.adapters.http_transport import Body, body_of
from control_plane.adapters.refusals import kind_of, refusal
from control_plane.ports.brain import BrainEvent
from control_plane.ports.errors import (
    Misconfigured,
    ProviderError,
    RateLimited,
    Rejected,
    Timeout,
    Unavailable,
)

_BY_TYPE: Final[Mapping[str, type[ProviderError]]] = {
    # An error in mid-stream comes with status 200: only its type tells what it is.
    "invalid_request_error": Rejected,
    "authentication_error": Misconfigured,
    "billing_error": Misconfigured,
    "permission_error": Misconfigured,
    "not_found_error": Misconfigured,
    "rate_limit_error": RateLimited,
    "timeout_error": Timeout,
    "api_error": Unavailable,
    "overloaded_error": Unavailable,
}


class AnthropicClient:
    """One long-lived client. It never retries: a caller is waiting, and the fallback stands with the service."""

    def __init__(self, *, api_key: str, base_url: str, timings: AnthropicTimings) -> None:
        self._timings = timings
        self._base_url = base_url
        session = HttpSession(base_url, keep_s=timings.keep_connection, security=httpx2.create_ssl_context)
        self._http = anthropic.DefaultAsyncHttpxClient(
            transport=AiohttpTransport(session),
            timeout=httpx2.Timeout(connect=timings.connect, read=timings.first_token, write=5.0, pool=1.0),
            headers={"accept-encoding": "identity"},
        )
        self._sdk = anthropic.AsyncAnthropic(
            api_key=api_key, base_url=base_url, http_client=self._http, max_retries=0, timeout=self._http.timeout
        )

    async def answer(self, request: dict[str, Any]) -> AsyncGenerator[BrainEvent, None]:
        """What one reply brings. Closing this iterator closes the connection, which cancels the request."""
        reply = _Reply()
        async with contextlib.AsyncExitStack() as stack:
            stack.enter_context(_translated())
            async with asyncio.timeout(self._timings.first_token):
                asked = self._sdk.messages.with_streaming_response.create(**request)
                response = (await stack.enter_async_context(asked)).http_response
                body = body_of(response)
                early = await reply.begin(body, response)
            for said in chain(early, reply.read(b"", response)):
                yield said
            while piece := await body.read(self._timings.between_tokens):
                for said in reply.read(piece, response):
                    yield said
        if not reply.reader.ended:
            raise Unavailable(PROVIDER, "the reply was cut")

    async def connect_ahead(self) -> None:
        """Leave an idle connection in the pool. A GET of no resource costs neither tokens nor quota; never raises.

        Not a HEAD: aiohttp closes the connection after one whose answer names no length.
        """
        with contextlib.suppress(TimeoutError, httpx2.HTTPError, httpx2.InvalidURL):
            async with asyncio.timeout(self._timings.connect):
                await self._http.get(self._base_url)

    async def aclose(self) -> None:
        await self._sdk.close()


class _Reply:
    """The bytes of one reply, turned into what they say."""

    def __init__(self) -> None:
        self.reader = ReplyReader()
        self._lines = EventLines()
        self._events: deque[bytes] = deque()
        """That were not read yet: what is said before a fault comes before it."""

    async def begin(self, body: Body, response: httpx2.Response) -> list[BrainEvent]:
        """Read up to the first content."""
        early: list[BrainEvent] = []
        while not self.reader.begun and (self._events or await self._more(body)):
            if self._events:
                early += self._next(response)
        return early

    async def _more(self, body: Body) -> bool:
        piece = await body.read(None)
        self._add(piece)
        return bool(piece)

    def read(self, piece: bytes, response: httpx2.Response) -> Iterator[BrainEvent]:
        self._add(piece)
        while self._events:
            yield from self._next(response)

    def _add(self, piece: bytes) -> None:
        self._events += self._lines.feed(piece)

    def _next(self, response: httpx2.Response) -> Iterator[BrainEvent]:
        return self.reader.read(_event(self._events.popleft(), response))


def _event(data: bytes, response: httpx2.Response) -> dict[str, Any]:
    """Raises ProviderError for an error in mid-stream; its status is the 200 with which the reply began."""
    event = orjson.loads(data)
    if not isinstance(event, dict):
        raise Unavailable(PROVIDER, "sent something that is no event")
    if event.get("type") == "error":
        error = event.get("error")
        raise _refusal(error.get("type") if isinstance(error, dict) else "", response)
    return event


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except anthropic.APITimeoutError as exc:
        raise Timeout(PROVIDER, "did not answer in time") from exc
    except anthropic.APIStatusError as exc:
        raise _refusal(exc.type, exc.response) from exc
    except (TimeoutError, httpx2.TimeoutException) as exc:
        raise Timeout(PROVIDER, "the reply stalled") from exc
    except (anthropic.AnthropicError, httpx2.HTTPError, aiohttp.ClientError) as exc:
        raise Unavailable(PROVIDER, "the connection failed") from exc
    except ValueError as exc:
        raise Unavailable(PROVIDER, "sent something that is not JSON") from exc


def _refusal(kind: object, response: httpx2.Response) -> ProviderError:
    code = kind if isinstance(kind, str) else ""
    known = _BY_TYPE.get(code, kind_of(response.status_code))
    retry_after = response.headers.get("retry-after", "")
    return refusal(PROVIDER, response.status_code, code=code, retry_after=retry_after, kind=known)
