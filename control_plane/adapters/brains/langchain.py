"""Any chat model of LangChain as a brain: who loads it and when, and how a question becomes a reply."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

from control_plane.adapters.brains.langchain_chunks import finish_of, last_chunk, to_chunk
from control_plane.adapters.brains.langchain_errors import PROVIDER, translated
from control_plane.adapters.brains.openai_messages import to_messages
from control_plane.adapters.brains.openai_stream import ReplyReader, has_content
from control_plane.ports.brain import BrainEvent, Question, ToolSpec
from control_plane.ports.errors import Misconfigured, Timeout

Chunk = Mapping[str, Any]

_DONE: Final = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class LangChainTimings:
    """All in seconds."""

    load: float = 30.0
    """Importing the model's libraries and making it, the first time."""
    first_token: float = 8.0
    between_tokens: float = 10.0


class LangChainBrain:
    """`model` is the address of a function without arguments that returns a `BaseChatModel` (`package.module:name`), or
    the function itself. It is imported and called in a thread by the first `warm` or `answer`.

    The function decides model, key, length of a reply and retries (none, as a caller is waiting); what a question names
    of these is passed over. Tools are bound to the model for each question that has any.
    """

    def __init__(self, *, model: str | Callable[[], Any], timings: LangChainTimings | None = None) -> None:
        if isinstance(model, str) and not all(model.partition(":")):
            raise ValueError(f"not the address of a function (package.module:name): {model!r}")
        self._factory = model
        self._timings = timings or LangChainTimings()
        self._model: Any = None
        self._loading = asyncio.Lock()

    async def answer(self, question: Question) -> AsyncGenerator[BrainEvent, None]:
        reader = ReplyReader()
        async with aclosing(self._chunks(question)) as chunks:
            async for chunk in chunks:
                for said in reader.read(chunk):
                    yield said
        yield reader.end()

    async def warm(self) -> None:
        try:
            await self._loaded()
        except (Misconfigured, Timeout):
            return  # told when there is a question

    async def aclose(self) -> None:
        """A chat model has nothing to close; its connections end with it."""

    async def _chunks(self, question: Question) -> AsyncGenerator[Chunk, None]:
        """Closing this iterator closes the model's stream, which ends the request."""
        model = await self._loaded()
        reason = ""
        try:
            if question.tools:
                model = model.bind_tools([_tool(spec) for spec in question.tools])
            messages = to_messages(question.system, question.messages, begun=question.begun)
            async with aclosing(model.astream(messages)) as stream:
                begun = False
                while (message := await self._next(stream, begun=begun)) is not _DONE:
                    chunk = to_chunk(message)
                    begun = begun or has_content(chunk)
                    reason = finish_of(message) or reason
                    yield chunk
        except TimeoutError as error:
            raise Timeout(PROVIDER, "did not answer in time") from error
        except Exception as error:  # a border: which errors a model raises is its library's business
            raise translated(error) from error
        yield last_chunk(reason)

    async def _next(self, stream: AsyncIterator[Any], *, begun: bool) -> Any:
        patience = self._timings.between_tokens if begun else self._timings.first_token
        async with asyncio.timeout(patience):
            return await anext(stream, _DONE)

    async def _loaded(self) -> Any:
        async with self._loading:
            if self._model is None:
                self._model = await self._load()
            return self._model

    async def _load(self) -> Any:
        try:
            async with asyncio.timeout(self._timings.load):
                return await asyncio.to_thread(self._make)
        except TimeoutError as error:
            raise Timeout(PROVIDER, "the model was not made in time") from error
        except Exception as error:  # a border: the function is not ours
            raise Misconfigured(PROVIDER, "the model cannot be made", code=type(error).__name__) from error

    def _make(self) -> Any:
        if not isinstance(self._factory, str):
            return self._factory()
        module, _, name = self._factory.partition(":")
        return getattr(import_module(module), name)()


def _tool(spec: ToolSpec) -> dict[str, Any]:
    function = {"name": spec.name, "description": spec.description, "parameters": dict(spec.parameters)}
    return {"type": "function", "function": function}
