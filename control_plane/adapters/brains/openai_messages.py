"""A dialogue as the messages of the chat completions API.

Tool results are messages of their own, right after the message that asked for them. Behind the same API stand models
whose templates take no two neighbours of one role and want the last word to be the user's or a tool's.
"""

import json
from collections.abc import Iterable
from typing import Any, Final

from control_plane.adapters.brains.anthropic_messages import CALL_CONNECTED, CALLER_SILENT
from control_plane.adapters.brains.going_on import to_go_on
from control_plane.core.dialogue import Message, ToolUse

_NO_RESULT: Final = "(no result)"
"""Some servers refuse a tool message without text."""


def to_messages(system: str, messages: Iterable[Message], *, begun: str = "") -> list[dict[str, Any]]:
    """The `messages` of a request. `begun` is the beginning of the answer, if it has one: a message of the assistant at
    the end would be an answer of its own to most servers.
    """
    sent: list[dict[str, Any]] = []
    known: set[str] = set()
    for message in messages:
        match message.role:
            case "caller":
                _user(sent, message.text.strip())
            case "agent":
                _assistant(sent, message, known=known)
    if not sent or sent[0]["role"] != "user":
        sent.insert(0, {"role": "user", "content": CALL_CONNECTED})
    if sent[-1]["role"] == "assistant":
        sent.append({"role": "user", "content": CALLER_SILENT})
    texts = [system, to_go_on(begun.strip()) if begun.strip() else ""]
    instructions = "\n\n".join(text for text in texts if text.strip())
    return [{"role": "system", "content": instructions}, *sent] if instructions else sent


def _user(sent: list[dict[str, Any]], text: str) -> None:
    if not text:
        return
    if sent and sent[-1]["role"] == "user":
        sent[-1]["content"] += f"\n{text}"
    else:
        sent.append({"role": "user", "content": text})


def _assistant(sent: list[dict[str, Any]], message: Message, *, known: set[str]) -> None:
    """An id may be used once in a conversation; a repetition is left out with its result."""
    text = message.text.strip()
    tools = []
    for tool in message.tools:
        if tool.id not in known:
            known.add(tool.id)
            tools.append(tool)
    if not text and not tools:
        return
    before = sent[-1] if sent else None
    if before is not None and before["role"] == "assistant":
        spoken = sent.pop()
        text = f"{spoken['content']} {text}".strip()
    said: dict[str, Any] = {"role": "assistant", "content": text or None}
    if tools:
        said["tool_calls"] = [_call(tool) for tool in tools]
    sent.append(said)
    sent.extend(
        {"role": "tool", "tool_call_id": tool.id, "content": tool.result.strip() or _NO_RESULT} for tool in tools
    )


def _call(tool: ToolUse) -> dict[str, Any]:
    arguments = json.dumps(dict(tool.arguments), ensure_ascii=False, separators=(",", ":"))
    return {"id": tool.id, "type": "function", "function": {"name": tool.name, "arguments": arguments}}
