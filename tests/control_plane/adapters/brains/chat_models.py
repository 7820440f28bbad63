"""A chat model that looks like one of LangChain's; the test says what it streams."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(kw_only=True)
class Piece:
    """An AIMessageChunk as far as the adapter can see it."""

    content: Any = ""
    tool_call_chunks: list[dict[str, Any]] = field(default_factory=list)
    usage_metadata: dict[str, Any] | None = None
    response_metadata: dict[str, Any] = field(default_factory=dict)
    id: str = "run-1"


@dataclass(kw_only=True)
class Whole:
    """An AIMessage: what a model that cannot stream gives at once."""

    content: Any = ""
    tool_calls: list[dict[str, Any]] = field(default_factory=list)
    usage_metadata: dict[str, Any] | None = None
    response_metadata: dict[str, Any] = field(default_factory=dict)
    id: str = "run-1"


Step = Piece | Whole | Exception | asyncio.Event


def end(reason: str = "stop") -> Piece:
    usage = {"input_tokens": 20, "output_tokens": 31, "input_token_details": {"cache_read": 4}}
    return Piece(usage_metadata=usage, response_metadata={"finish_reason": reason})


class ScriptedChatModel:
    """Answers one script a question. `left` counts replies that were closed before their end."""

    def __init__(self) -> None:
        self.scripts: deque[Sequence[Step]] = deque()
        self.asked: list[Any] = []
        self.bound: list[dict[str, Any]] = []
        self.left = 0

    def reply(self, *steps: Step) -> None:
        self.scripts.append(steps)

    def bind_tools(self, tools: Sequence[dict[str, Any]]) -> "ScriptedChatModel":
        self.bound = list(tools)
        return self

    async def astream(self, messages: Any) -> AsyncIterator[Piece | Whole]:
        self.asked.append(messages)
        done = False
        try:
            for step in self.scripts.popleft():
                match step:
                    case asyncio.Event():
                        await step.wait()
                    case Exception():
                        done = True
                        raise step
                    case _:
                        yield step
            done = True
        finally:
            self.left += not done


def broken() -> ScriptedChatModel:
    """A function that cannot make its model."""
    raise KeyError("NO_KEY")
