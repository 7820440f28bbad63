"""The `anthropic` SDK: its client, its stream, its errors. Imported only when first needed, as that takes two seconds.

Source: the SDK of version 2. The SDK speaks through httpx2 and lets that library's errors out in mid-stream.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Iterator, Mapping
from typing import Any, Final

import anthropic
import httpx2
from anthropic.types import RawMessageStreamEvent

from control_plane.adapters.brains.anthropic_request import PROVIDER
from control_plane.adapters.brains.anthropic_timings import AnthropicTimings
from control_plane.adapters.refusals import kind_of, refusal
from control_plane.ports.errors import (
    Misconfigured,
    ProviderError,
    RateLimited,
    Rejected,
    Timeout,
    Unavailable,
)

_Stream = anthropic.AsyncStream[RawMessageStreamEvent]

_FIRST_CONTENT: Final = frozenset({"content_block_delta", "message_delta", "message_stop"})

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
        patience = max(timings.first_token, timings.between_tokens)
        self._http = anthropic.DefaultAsyncHttpxClient(
            limits=httpx2.Limits(
                max_connections=1000, max_keepalive_connections=100, keepalive_expiry=timings.keep_connection
            ),
            timeout=httpx2.Timeout(connect=timings.connect, read=patience, write=5.0, pool=1.0),
        )
        self._sdk = anthropic.AsyncAnthropic(
            api_key=api_key, base_url=base_url, http_client=self._http, max_retries=0, timeout=self._http.timeout
        )

    async def stream(self, request: dict[str, Any]) -> AsyncGenerator[RawMessageStreamEvent, None]:
        """The events of one reply. Closing this iterator closes the connection, which cancels the request."""
        with _translated():
            stream, early = await self._begin(request)
            async with stream:
                for event in early:
                    yield event
                while (later := await self._next(stream)) is not None:
                    yield later

    async def _begin(self, request: dict[str, Any]) -> tuple[_Stream, list[RawMessageStreamEvent]]:
        """The stream and its events up to the first content, all within one timeout."""
        early: list[RawMessageStreamEvent] = []
        async with asyncio.timeout(self._timings.first_token), contextlib.AsyncExitStack() as on_failure:
            stream: _Stream = await self._sdk.messages.create(**request)
            on_failure.push_async_callback(stream.close)
            while (event := await anext(stream, None)) is not None:
                early.append(event)
                if event.type in _FIRST_CONTENT:
                    break
            on_failure.pop_all()
        return stream, early

    async def _next(self, stream: _Stream) -> RawMessageStreamEvent | None:
        async with asyncio.timeout(self._timings.between_tokens):
            return await anext(stream, None)

    async def connect_ahead(self) -> None:
        """Leave an idle connection in the pool. A HEAD of the host costs neither tokens nor quota; never raises."""
        with contextlib.suppress(TimeoutError, httpx2.HTTPError, httpx2.InvalidURL):
            async with asyncio.timeout(self._timings.connect):
                await self._http.head(self._base_url)

    async def aclose(self) -> None:
        await self._sdk.close()


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except anthropic.APITimeoutError as exc:
        raise Timeout(PROVIDER, "did not answer in time") from exc
    except anthropic.APIStatusError as exc:
        raise _refusal(exc) from exc
    except (TimeoutError, httpx2.TimeoutException) as exc:
        raise Timeout(PROVIDER, "the reply stalled") from exc
    except (anthropic.AnthropicError, httpx2.HTTPError) as exc:
        raise Unavailable(PROVIDER, "the connection failed") from exc
    except ValueError as exc:
        raise Unavailable(PROVIDER, "sent something that is not JSON") from exc


def _refusal(error: anthropic.APIStatusError) -> ProviderError:
    code = error.type or ""
    kind = _BY_TYPE.get(code, kind_of(error.status_code))
    retry_after = error.response.headers.get("retry-after", "")
    return refusal(PROVIDER, error.status_code, code=code, retry_after=retry_after, kind=kind)
