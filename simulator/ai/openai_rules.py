"""What chat completions refuse with 400: a history whose tool calls and results do not fit, above all."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

_ROLES: Final = frozenset(("system", "developer", "user", "assistant", "tool"))


class InvalidRequestError(Exception):
    """Why the request is refused."""


def check(raw: bytes) -> dict[str, Any]:
    """The body of a request that may be answered. Raises InvalidRequestError."""
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise InvalidRequestError("We could not parse the JSON body of your request.") from error
    if not isinstance(body, dict) or not isinstance(body.get("model"), str):
        raise InvalidRequestError("you must provide a model parameter")
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages or not all(isinstance(message, dict) for message in messages):
        raise InvalidRequestError("messages: a list with at least one message")
    for message in messages:
        _check_message(message)
    _check_tools(messages)
    for tool in body.get("tools") or ():
        if tool.get("type") != "function" or not isinstance(tool.get("function", {}).get("name"), str):
            raise InvalidRequestError("Missing required parameter: 'tools[0].function'.")
    return dict(body)


def _check_message(message: Mapping[str, Any]) -> None:
    role, content = message.get("role"), message.get("content")
    if role not in _ROLES:
        raise InvalidRequestError(f"Invalid value for role: {str(role)[:20]!r}")
    if content is None and not (role == "assistant" and message.get("tool_calls")):
        raise InvalidRequestError(f"Invalid value for 'content': expected a string for a message of {role}, got null.")


def _check_tools(messages: Iterable[Mapping[str, Any]]) -> None:
    """Every call is answered by a message of its own before anything else is said."""
    awaited: set[str] = set()
    for message in messages:
        if message["role"] == "tool":
            if message.get("tool_call_id") not in awaited:
                raise InvalidRequestError(
                    "messages with role 'tool' must be a response to a preceding message with 'tool_calls'."
                )
            awaited.discard(message["tool_call_id"])
            continue
        if awaited:
            break
        awaited = {call["id"] for call in message.get("tool_calls") or ()}
    if awaited:
        raise InvalidRequestError(
            "An assistant message with 'tool_calls' must be followed by tool messages that respond to each of them."
        )
