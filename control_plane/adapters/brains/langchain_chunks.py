"""What a LangChain chat model streams, in the words of chat completions.

Source: LangChain, messages and chat models. Works on what the objects look like, without importing LangChain: text or
blocks in `content`, pieces of calls in `tool_call_chunks`, whole calls in `tool_calls` where a model cannot stream.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

_FINISHES: Final[Mapping[str, str]] = {
    # What the models' providers call it, in lower case; each keeps its own words.
    "stop": "stop",
    "end_turn": "stop",
    "stop_sequence": "stop",
    "tool_calls": "tool_calls",
    "tool_use": "tool_calls",
    "length": "length",
    "max_tokens": "length",
    "content_filter": "content_filter",
    "refusal": "content_filter",
    "safety": "content_filter",
}
_WHERE: Final = ("finish_reason", "stop_reason", "done_reason")


def to_chunk(message: Any) -> dict[str, Any]:
    """One chunk, without the reason why the reply ended."""
    delta = {"content": _text(getattr(message, "content", "")), "tool_calls": _calls(message)}
    return {
        "id": getattr(message, "id", None),
        "choices": [{"delta": delta, "finish_reason": None}],
        "usage": _usage(getattr(message, "usage_metadata", None)),
    }


def finish_of(message: Any) -> str:
    """Why the reply ended, if this message says so."""
    told = getattr(message, "response_metadata", None) or {}
    for name in _WHERE:
        if isinstance(reason := told.get(name), str) and reason:
            return _FINISHES.get(reason.lower(), "other")
    return ""


def last_chunk(reason: str) -> dict[str, Any]:
    """The end of the stream; a model that says nothing about it has simply stopped."""
    return {"choices": [{"delta": {}, "finish_reason": reason or "stop"}]}


def _text(content: object) -> str:
    """Blocks of thinking and of tools are no text."""
    if isinstance(content, str):
        return content
    blocks: Iterable[object] = content if isinstance(content, list) else ()
    texts = (_block_text(block) for block in blocks)
    return "".join(texts)


def _block_text(block: object) -> str:
    if isinstance(block, str):
        return block
    if isinstance(block, dict) and block.get("type") == "text":
        return str(block.get("text") or "")
    return ""


def _calls(message: Any) -> list[dict[str, Any]]:
    pieces = getattr(message, "tool_call_chunks", None)
    if pieces is not None:
        return [_call(piece, str(piece.get("args") or "")) for piece in pieces]
    whole = getattr(message, "tool_calls", None) or ()
    return [
        _call({**call, "index": index}, json.dumps(call.get("args") or {}, ensure_ascii=False))
        for index, call in enumerate(whole)
    ]


def _call(call: Mapping[str, Any], arguments: str) -> dict[str, Any]:
    function = {"name": call.get("name"), "arguments": arguments}
    return {"index": call.get("index"), "id": call.get("id"), "function": function}


def _usage(told: object) -> dict[str, Any] | None:
    if not isinstance(told, dict):
        return None
    details = told.get("input_token_details") or {}
    return {
        "prompt_tokens": told.get("input_tokens"),
        "completion_tokens": told.get("output_tokens"),
        "prompt_tokens_details": {"cached_tokens": details.get("cache_read")},
    }
