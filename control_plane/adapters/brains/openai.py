"""A brain behind the chat completions API: OpenAI's own, vLLM, Ollama, Groq and whoever else speaks it."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any, Final

from control_plane.adapters.brains.openai_http import ChatClient, OpenAiTimings
from control_plane.adapters.brains.openai_request import DEFAULT_MODEL, length_field, to_request
from control_plane.adapters.sockets import http_url
from control_plane.ports.brain import BrainEvent, Question

BASE_URL: Final = "https://api.openai.com/v1"


class OpenAiBrain:
    """Streams replies. `base_url` is what comes before `/chat/completions` (`http://localhost:11434/v1` for Ollama).

    Without a key none is sent. `extra` are fields for every request, such as `{"reasoning_effort": "none"}` for a model
    that would think first. Closing a reply early closes its connection, so `warm` after an interruption spares the next
    turn the new one.
    """

    def __init__(
        self,
        *,
        api_key: str,
        base_url: str = BASE_URL,
        model: str = DEFAULT_MODEL,
        extra: Mapping[str, Any] | None = None,
        timings: OpenAiTimings | None = None,
    ) -> None:
        self._model = model
        self._extra = extra
        self._length = length_field(base_url)
        self._client = ChatClient(api_key=api_key, base_url=http_url(base_url, ""), timings=timings or OpenAiTimings())

    async def answer(self, question: Question) -> AsyncGenerator[BrainEvent, None]:
        request = to_request(question, default_model=self._model, length=self._length, extra=self._extra)
        async with aclosing(self._client.answer(request)) as events:
            async for event in events:
                yield event

    async def warm(self) -> None:
        await self._client.connect_ahead()

    async def aclose(self) -> None:
        await self._client.aclose()
