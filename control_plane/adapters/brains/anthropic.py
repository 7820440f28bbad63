"""Claude as a brain: who loads the SDK and when, and how a question becomes a reply."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING

from control_plane.adapters.brains.anthropic_request import DEFAULT_MODEL, to_request
from control_plane.adapters.brains.anthropic_timings import AnthropicTimings
from control_plane.adapters.sockets import http_url
from control_plane.ports.brain import BrainEvent, Question

if TYPE_CHECKING:
    from control_plane.adapters.brains.anthropic_sdk import AnthropicClient


class AnthropicBrain:
    """Streams replies. `base_url` may have a path prefix.

    The SDK is imported in a thread by the first `warm` or `answer`; then `loaded` is called there, once. Closing a
    reply early closes its connection, so `warm` after an interruption spares the next turn the new one.
    """

    def __init__(
        self,
        *,
        api_key: str,
        base_url: str = "https://api.anthropic.com",
        model: str = DEFAULT_MODEL,
        timings: AnthropicTimings | None = None,
        loaded: Callable[[], None] = lambda: None,
    ) -> None:
        self._api_key = api_key
        self._base_url = http_url(base_url, "")
        self._model = model
        self._timings = timings or AnthropicTimings()
        self._tell_loaded = loaded
        self._client: AnthropicClient | None = None
        self._loading = asyncio.Lock()

    async def answer(self, question: Question) -> AsyncGenerator[BrainEvent, None]:
        client = await self._loaded()
        async with aclosing(client.answer(to_request(question, self._model))) as events:
            async for event in events:
                yield event

    async def warm(self) -> None:
        client = await self._loaded()
        await client.connect_ahead()

    async def aclose(self) -> None:
        if self._client is not None:
            await self._client.aclose()

    async def _loaded(self) -> "AnthropicClient":
        async with self._loading:
            if self._client is None:
                self._client = await asyncio.to_thread(self._load)
            return self._client

    def _load(self) -> "AnthropicClient":
        from control_plane.adapters.brains.anthropic_sdk import AnthropicClient

        self._tell_loaded()
        return AnthropicClient(api_key=self._api_key, base_url=self._base_url, timings=self._timings)
