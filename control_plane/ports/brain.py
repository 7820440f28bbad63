"""A language model that answers a turn: text and tool calls, streamed."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from control_plane.core.dialogue import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolSpec:
    """A tool offered to the model; `parameters` is a JSON Schema object."""

    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What the model is asked: who it is, what was said, what it may do."""

    system: str
    messages: tuple[Message, ...]
    tools: tuple[ToolSpec, ...] = ()
    providers: tuple[str, ...] = ()
    """Who may be asked, by name, in this order; empty: the installation's order."""
    model: str = ""
    """Of the first of them; empty for the adapter's default."""
    max_tokens: int = 400
    begun: str = ""
    """What has been said of the answer already, by a model that broke off: the answer goes on after it."""
    tag: str = ""
    """An opaque id of the call, for the provider's abuse tracing; never personal data."""


@dataclass(frozen=True, slots=True)
class TextDelta:
    """The next piece of what is to be said."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCalled:
    """A complete tool call; arguments parsed. Arguments that are not JSON are reported as `{}` with `broken`."""

    id: str
    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    broken: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyEnded:
    """The model is done. `reason`: end, tools, length, refused, other."""

    reason: str
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0


BrainEvent = TextDelta | ToolCalled | ReplyEnded


class Brain(Protocol):
    """Closing the iterator (or cancelling its task) cancels the request at the provider."""

    def answer(self, question: Question) -> AsyncGenerator[BrainEvent]:
        """Raises ProviderError, possibly in the middle of a reply."""
        ...

    async def warm(self) -> None:
        """Import what is heavy and open a connection ahead of need; never raises."""
        ...

    async def aclose(self) -> None: ...
