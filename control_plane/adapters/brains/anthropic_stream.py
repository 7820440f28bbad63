"""The events of Anthropic's stream, turned into those of the brain port.

Source: Anthropic, Messages API, streaming.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson

from control_plane.ports.brain import BrainEvent, ReplyEnded, TextDelta, ToolCalled

Event = Mapping[str, Any]

_REASONS: Final[Mapping[object, str]] = {
    "end_turn": "end",
    "stop_sequence": "end",
    "tool_use": "tools",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "refused",
}
_FIRST_CONTENT: Final = frozenset({"content_block_delta", "message_delta", "message_stop"})


class ReplyReader:
    """One reply. Tool arguments arrive in pieces that are cut anywhere, for several tools side by side."""

    def __init__(self) -> None:
        self._tools: dict[object, tuple[str, str, list[str]]] = {}
        self._reason = "other"
        self._input_tokens = 0
        self._cached_tokens = 0
        self._output_tokens = 0
        self.begun = False
        """Whether the model has got to what it says: its first text, its first tool, or its end."""
        self.ended = False

    def read(self, event: Event) -> Iterator[BrainEvent]:
        """What one event of the stream brings; thinking and unknown events bring nothing."""
        kind = event.get("type")
        self.begun = self.begun or kind in _FIRST_CONTENT
        match kind:
            case "message_start":
                self._count_input(_part(_part(event, "message"), "usage"))
            case "content_block_start":
                self._start_block(event)
            case "content_block_delta":
                yield from self._extend_block(event)
            case "content_block_stop":
                yield from self._stop_block(event.get("index"))
            case "message_delta":
                reason = _part(event, "delta").get("stop_reason")
                self._reason = _REASONS.get(reason, "other") if isinstance(reason, str) else "other"
                self._output_tokens = _count(_part(event, "usage"), "output_tokens")
            case "message_stop":
                self.ended = True
                yield self._end()

    def _count_input(self, usage: Event) -> None:
        """The provider's `input_tokens` are only those that the cache did not hold and that were not put into it."""
        self._cached_tokens = _count(usage, "cache_read_input_tokens")
        fresh = _count(usage, "input_tokens") + _count(usage, "cache_creation_input_tokens")
        self._input_tokens = fresh + self._cached_tokens

    def _start_block(self, event: Event) -> None:
        block = _part(event, "content_block")
        if block.get("type") == "tool_use":
            self._tools[event.get("index")] = (str(block.get("id")), str(block.get("name")), [])

    def _extend_block(self, event: Event) -> Iterator[BrainEvent]:
        delta = _part(event, "delta")
        kind = delta.get("type")
        if kind == "text_delta":
            if text := delta.get("text"):
                yield TextDelta(str(text))
        elif kind == "input_json_delta" and (tool := self._tools.get(event.get("index"))) is not None:
            tool[2].append(str(delta.get("partial_json") or ""))

    def _stop_block(self, index: object) -> Iterator[BrainEvent]:
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


def _part(event: Event, name: str) -> Event:
    """An object within an object; empty when it is not there."""
    part = event.get(name)
    return part if isinstance(part, dict) else {}


def _count(usage: Event, name: str) -> int:
    value = usage.get(name)
    return value if isinstance(value, int) else 0


def _arguments(text: str) -> dict[str, Any] | None:
    """None when it is not a JSON object (cut at the token limit); a tool without arguments sends nothing at all."""
    try:
        arguments = orjson.loads(text or "{}")
    except orjson.JSONDecodeError:
        return None
    return arguments if isinstance(arguments, dict) else None
