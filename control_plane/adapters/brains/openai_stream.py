"""The chunks of a chat completion, turned into the events of the brain port.

Source: OpenAI, API reference, streamed chat completions. Servers that speak the same language leave things out: the
index of a tool call, its id, the usage, the reason `tool_calls`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from control_plane.ports.brain import BrainEvent, ReplyEnded, TextDelta, ToolCalled

_REASONS: Final[Mapping[str, str]] = {
    "stop": "end",
    "tool_calls": "tools",
    "function_call": "tools",
    "length": "length",
    "content_filter": "refused",
}


@dataclass(slots=True, kw_only=True)
class _Call:
    """A tool call under construction; id and name come with its first piece only."""

    id: str = ""
    name: str = ""
    arguments: list[str] = field(default_factory=list)


def first_choice(chunk: Mapping[str, Any]) -> Mapping[str, Any]:
    """Empty for the chunk of the usage, which has none."""
    choices = chunk.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else {}
    return choice if isinstance(choice, dict) else {}


def has_content(chunk: Mapping[str, Any]) -> bool:
    """Whether the reply has begun: text, a piece of a tool call, or its end. A role or thinking is no beginning."""
    choice = first_choice(chunk)
    delta = choice.get("delta") or {}
    return bool(delta.get("content") or delta.get("tool_calls") or choice.get("finish_reason"))


class ReplyReader:
    """One reply. Tool calls arrive in pieces, several side by side, and are told when the reply is finished."""

    def __init__(self) -> None:
        self._reply = ""
        self._calls: dict[int, _Call] = {}
        self._reason = "other"
        self._usage: Mapping[str, Any] = {}
        self.begun = False
        """Whether the reply has begun; a role or thinking is no beginning."""
        self.finished = False
        """Whether the model said why it stopped."""

    def read(self, chunk: Mapping[str, Any]) -> Iterator[BrainEvent]:
        """What one chunk brings."""
        self._reply = self._reply or str(chunk.get("id") or "reply")
        if isinstance(usage := chunk.get("usage"), dict):
            self._usage = usage
        self.begun = self.begun or has_content(chunk)
        choice = first_choice(chunk)
        delta = choice.get("delta") or {}
        if (text := delta.get("content")) and isinstance(text, str):
            yield TextDelta(text)
        for piece in delta.get("tool_calls") or ():
            self._add(piece)
        reason = choice.get("finish_reason")
        if isinstance(reason, str) and not self.finished:
            self.finished = True
            yield from self._finish(reason)

    def end(self) -> ReplyEnded:
        """After the last chunk."""
        details = self._usage.get("prompt_tokens_details") or {}
        return ReplyEnded(
            reason=self._reason,
            input_tokens=_count(self._usage, "prompt_tokens"),
            cached_tokens=_count(details, "cached_tokens"),
            output_tokens=_count(self._usage, "completion_tokens"),
        )

    def _add(self, piece: Mapping[str, Any]) -> None:
        call = self._calls.setdefault(self._place(piece), _Call())
        call.id = call.id or str(piece.get("id") or "")
        function = piece.get("function") or {}
        call.name = call.name or str(function.get("name") or "")
        call.arguments.append(str(function.get("arguments") or ""))

    def _place(self, piece: Mapping[str, Any]) -> int:
        """Its index; without one, a new id begins a new call and anything else belongs to the last."""
        index = piece.get("index")
        if isinstance(index, int):
            return index
        last = max(self._calls, default=-1)
        starts = bool(piece.get("id")) and (last < 0 or self._calls[last].id != piece["id"])
        return last + 1 if starts else max(last, 0)

    def _finish(self, reason: str) -> Iterator[BrainEvent]:
        self._reason = _REASONS.get(reason, "other")
        if self._calls and self._reason == "end":
            self._reason = "tools"
        for index, call in sorted(self._calls.items()):
            arguments = _arguments("".join(call.arguments))
            yield ToolCalled(
                id=call.id or f"{self._reply}-{index}",
                name=call.name,
                arguments=arguments or {},
                broken=arguments is None,
            )


def _arguments(text: str) -> dict[str, Any] | None:
    """None when it is not a JSON object (cut at the token limit); a tool without arguments may send nothing at all."""
    try:
        arguments = orjson.loads(text.strip() or "{}")
    except orjson.JSONDecodeError:
        return None
    return arguments if isinstance(arguments, dict) else None


def _count(usage: Mapping[str, Any], name: str) -> int:
    value = usage.get(name)
    return value if isinstance(value, int) else 0
