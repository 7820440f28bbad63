"""The message rules of Anthropic's API, kept by construction when a dialogue is translated.

Source: Anthropic, Messages API, tool use. Every tool use is answered by one result, first in the next user message;
no text is blank; agent text does not end in white space; the first and the last message are the user's; roles
alternate.
"""

from collections.abc import Iterable
from typing import Any, Final

from control_plane.core.dialogue import Message, ToolUse

Block = dict[str, Any]

CALL_CONNECTED: Final = "[call connected]"
"""Stands for the caller where the agent speaks first."""
CALLER_SILENT: Final = "[silence]"
"""Stands for the caller where the agent has to speak again without an answer."""


class _Transcript:
    """Messages under construction; a block of the same role joins the message before it."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self._unanswered: list[Block] = []
        self._tool_ids: set[str] = set()

    def caller(self, text: str) -> None:
        self._answer_tools()
        self._add("user", _text(text.strip()))

    def agent(self, text: str, tools: Iterable[ToolUse]) -> None:
        spoken = _text(text.strip())
        asked = [tool for tool in tools if self._is_new(tool.id)]
        if not spoken and not asked:
            return
        self._answer_tools()
        if not self.messages:
            self._add("user", _text(CALL_CONNECTED))
        self._add("assistant", [*spoken, *(_tool_use(tool) for tool in asked)])
        self._unanswered = [_tool_result(tool) for tool in asked]

    def finish(self) -> None:
        self._answer_tools()
        if not self.messages:
            self._add("user", _text(CALL_CONNECTED))
        if self.messages[-1]["role"] == "assistant":
            self._add("user", _text(CALLER_SILENT))

    def _answer_tools(self) -> None:
        """Results go before anything else of the next user message."""
        results, self._unanswered = self._unanswered, []
        self._add("user", results)

    def _is_new(self, tool_id: str) -> bool:
        """An id may be used once in a conversation; a repetition is left out with its result."""
        is_new = tool_id not in self._tool_ids
        self._tool_ids.add(tool_id)
        return is_new

    def _add(self, role: str, blocks: list[Block]) -> None:
        if not blocks:
            return
        if self.messages and self.messages[-1]["role"] == role:
            self.messages[-1]["content"].extend(blocks)
        else:
            self.messages.append({"role": role, "content": list(blocks)})


def to_messages(messages: Iterable[Message]) -> list[dict[str, Any]]:
    """The `messages` of a request. An agent message becomes its text, its tool uses and, after them, their results."""
    transcript = _Transcript()
    for message in messages:
        match message.role:
            case "caller":
                transcript.caller(message.text)
            case "agent":
                transcript.agent(message.text, message.tools)
    transcript.finish()
    return transcript.messages


def _text(text: str) -> list[Block]:
    return [{"type": "text", "text": text}] if text else []


def _tool_use(tool: ToolUse) -> Block:
    return {"type": "tool_use", "id": tool.id, "name": tool.name, "input": dict(tool.arguments)}


def _tool_result(tool: ToolUse) -> Block:
    result = {"type": "tool_result", "tool_use_id": tool.id}
    return result | {"content": tool.result} if tool.result.strip() else result
