"""The events of Anthropic's stream, turned into those of the brain port.

Source: Anthropic, Messages API, streaming. Works on the SDK's event objects without importing the SDK.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import orjson

from control_plane.ports.brain import BrainEvent, ReplyEnded, TextDelta, ToolCalled

if TYPE_CHECKING:
    from anthropic.types import RawContentBlockDeltaEvent, RawContentBlockStartEvent, RawMessageStreamEvent

_REASONS: Final[Mapping[str | None, str]] = {
    "end_turn": "end",
    "stop_sequence": "end",
    "tool_use": "tools",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "refused",
}


class ReplyReader:
    """One reply. Tool arguments arrive in pieces that are cut anywhere, for several tools side by side."""

    def __init__(self) -> None:
        self._tools: dict[int, tuple[str, str, list[str]]] = {}
        self._reason = "other"
        self._input_tokens = 0
        self._cached_tokens = 0
        self._output_tokens = 0
        self.ended = False

    def read(self, event: "RawMessageStreamEvent") -> Iterator[BrainEvent]:
        """What one event of the stream brings; thinking and unknown events bring nothing."""
        match event.type:
            case "message_start":
                self._count_input(event.message.usage)
            case "content_block_start":
                self._start_block(event)
            case "content_block_delta":
                yield from self._extend_block(event)
            case "content_block_stop":
                yield from self._stop_block(event.index)
            case "message_delta":
                self._reason = _REASONS.get(event.delta.stop_reason, "other")
                self._output_tokens = event.usage.output_tokens
            case "message_stop":
                self.ended = True
                yield self._end()

    def _count_input(self, usage: Any) -> None:
        """The provider's `input_tokens` are only those that the cache did not hold and that were not put into it."""
        self._cached_tokens = usage.cache_read_input_tokens or 0
        self._input_tokens = usage.input_tokens + self._cached_tokens + (usage.cache_creation_input_tokens or 0)

    def _start_block(self, event: "RawContentBlockStartEvent") -> None:
        block = event.content_block
        if block.type == "tool_use":
            self._tools[event.index] = (block.id, block.name, [])

    def _extend_block(self, event: "RawContentBlockDeltaEvent") -> Iterator[BrainEvent]:
        delta = event.delta
        if delta.type == "text_delta" and delta.text:
            yield TextDelta(delta.text)
        elif delta.type == "input_json_delta" and event.index in self._tools:
            self._tools[event.index][2].append(delta.partial_json)

    def _stop_block(self, index: int) -> Iterator[BrainEvent]:
        tool = self._tools.pop(index, None)
        if tool is not None:
            tool_id, name, pieces = tool
            arguments = _arguments("".join(pieces))
            yield ToolCalled(id=tool_id, name=name, arguments=arguments or {}, broken=arguments is None)

    def _end(self) -> ReplyEnded:
        return ReplyEnded(
            reason=self._reason,
            input_tokens=self._input_tokens,
            cached_tokens=self._cached_tokens,
            output_tokens=self._output_tokens,
        )


def _arguments(text: str) -> dict[str, Any] | None:
    """None when it is not a JSON object (cut at the token limit); a tool without arguments sends nothing at all."""
    try:
        arguments = orjson.loads(text or "{}")
    except orjson.JSONDecodeError:
        return None
    return arguments if isinstance(arguments, dict) else None
