"""Which requests the Messages API refuses with 400, and in which words."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

VERSIONS: Final = ("2023-06-01", "2026-10-21")
_SAMPLING: Final = ("temperature", "top_p", "top_k")
_ROLES: Final = ("user", "assistant", "system")

Block = Mapping[str, Any]


class InvalidRequestError(Exception):
    """The message of an `invalid_request_error`."""


def check(body: Any, version: str) -> None:
    """Raises InvalidRequestError."""
    if not isinstance(body, dict):
        raise InvalidRequestError("The request body is not a JSON object.")
    _check_fields(body, version)
    for index, message in enumerate(body["messages"]):
        _check_message(index, message)
    turns = merged(body["messages"])
    _check_order(turns)
    _check_tools(turns)


def blocks(message: Mapping[str, Any]) -> list[Block]:
    """The content as blocks; a plain string is one text block."""
    content = message["content"]
    return [{"type": "text", "text": content}] if isinstance(content, str) else list(content)


def merged(messages: Sequence[Mapping[str, Any]]) -> list[tuple[str, list[Block]]]:
    """`(role, blocks)` as the API sees them: neighbours of one role are one turn, `system` messages are none."""
    turns: list[tuple[str, list[Block]]] = []
    for message in messages:
        if message["role"] == "system":
            continue
        if turns and turns[-1][0] == message["role"]:
            turns[-1][1].extend(blocks(message))
        else:
            turns.append((message["role"], blocks(message)))
    return turns


def _check_fields(body: Mapping[str, Any], version: str) -> None:
    for name in ("model", "max_tokens", "messages"):
        if name not in body:
            raise InvalidRequestError(f"{name}: Field required")
    if not isinstance(body["max_tokens"], int) or body["max_tokens"] < 0:
        raise InvalidRequestError("max_tokens: Input should be greater than or equal to 0")
    if not isinstance(body["messages"], list) or not body["messages"]:
        raise InvalidRequestError("messages: at least one message is required")
    if version != "2023-06-01":
        for name in _SAMPLING:
            if name in body:
                raise InvalidRequestError(f"{name}: Extra inputs are not permitted")
    for block in body["system"] if isinstance(body.get("system"), list) else ():
        if not str(block.get("text", "")).strip():
            raise InvalidRequestError("system: text content blocks must contain non-whitespace text")


def _check_message(index: int, message: Any) -> None:
    if not isinstance(message, dict) or message.get("role") not in _ROLES:
        raise InvalidRequestError(f"messages.{index}.role: Input should be 'user', 'assistant' or 'system'")
    content = message.get("content")
    if not isinstance(content, str | list) or not content:
        raise InvalidRequestError(f"messages.{index}: all messages must have non-empty content")
    for place, block in enumerate(blocks(message)):
        if not isinstance(block, dict) or "type" not in block:
            raise InvalidRequestError(f"messages.{index}.content.{place}.type: Field required")
        if block["type"] == "text" and not str(block.get("text", "")).strip():
            raise InvalidRequestError(
                f"messages.{index}.content.{place}: text content blocks must contain non-whitespace text"
            )


def _check_order(turns: Sequence[tuple[str, list[Block]]]) -> None:
    if not turns or turns[0][0] != "user":
        raise InvalidRequestError("messages: first message must use the user role")
    role, content = turns[-1]
    if role == "assistant":
        last = content[-1]
        if last["type"] == "text" and last["text"] != last["text"].rstrip():
            raise InvalidRequestError("messages: final assistant content cannot end with trailing whitespace")
        raise InvalidRequestError(
            "This model does not support assistant message prefill. The conversation must end with a user message."
        )


def _check_tools(turns: Sequence[tuple[str, list[Block]]]) -> None:
    if any(_results(content) for _, content in turns[:1]):
        raise InvalidRequestError("messages.0: `tool_result` blocks without a `tool_use` in the previous message")
    for (_, before), (role, content) in pairwise(turns):
        asked = [str(block.get("id")) for block in before if block["type"] == "tool_use"]
        answered = _results(content)
        if role == "assistant":
            continue
        for tool_id in asked:
            if answered.count(tool_id) != 1:
                raise InvalidRequestError(
                    f"messages: `tool_use` id {tool_id} needs exactly one `tool_result` block in the next message"
                )
        for tool_id in answered:
            if tool_id not in asked:
                raise InvalidRequestError(
                    f"messages: unexpected `tool_use_id` {tool_id} in `tool_result`: no such `tool_use` block in the "
                    "previous message"
                )
        if asked and any(block["type"] != "tool_result" for block in content[: len(asked)]):
            raise InvalidRequestError("messages: `tool_result` blocks must come before any text in the message")


def _results(content: Sequence[Block]) -> list[str]:
    return [str(block.get("tool_use_id")) for block in content if block["type"] == "tool_result"]


def user_texts(messages: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What the user said, turn by turn; turns of tool results alone are left out."""
    for role, content in merged(messages):
        texts = [block["text"] for block in content if block["type"] == "text"]
        if role == "user" and texts:
            yield " ".join(texts)
