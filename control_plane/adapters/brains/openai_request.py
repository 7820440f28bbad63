"""What is asked of an OpenAI-compatible server besides the dialogue, and what its refusals mean.

Source: OpenAI, API reference, chat completions and error codes.
"""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import orjson

from control_plane.adapters.brains.openai_messages import to_messages
from control_plane.adapters.refusals import kind_of, machine_name, refusal
from control_plane.ports.brain import Question, ToolSpec
from control_plane.ports.errors import Misconfigured, ProviderError, RateLimited, Rejected, Timeout, Unavailable

PROVIDER: Final = "openai"
DEFAULT_MODEL: Final = "gpt-4.1-mini"
"""Does not think before it speaks: a caller waits for the first word."""

_BY_NAME: Final[Mapping[str, type[ProviderError]]] = {
    # Names of `code` or `type`: in mid-stream there is no status, and an empty account answers 429 like a hurried one.
    "insufficient_quota": Misconfigured,
    "billing_hard_limit_reached": Misconfigured,
    "invalid_api_key": Misconfigured,
    "authentication_error": Misconfigured,
    "permission_error": Misconfigured,
    "model_not_found": Misconfigured,
    "not_found_error": Misconfigured,
    "rate_limit_exceeded": RateLimited,
    "rate_limit_error": RateLimited,
    "tokens": RateLimited,
    "requests": RateLimited,
    "context_length_exceeded": Rejected,
    "invalid_request_error": Rejected,
    "content_policy_violation": Rejected,
    "timeout": Timeout,
    "server_error": Unavailable,
    "api_error": Unavailable,
    "service_unavailable": Unavailable,
    "engine_overloaded": Unavailable,
}
_NOT_FOUND: Final = 404


def length_field(base_url: str) -> str:
    """The field that bounds a reply. OpenAI's newer models refuse `max_tokens`; many other servers know only that."""
    host = urlsplit(base_url).hostname or ""
    return "max_completion_tokens" if host == "openai.com" or host.endswith(".openai.com") else "max_tokens"


def to_request(
    question: Question, *, default_model: str, length: str, extra: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The body of a streamed request; `extra` are fields of a certain server's or model's own."""
    request: dict[str, Any] = {
        "model": question.model or default_model,
        length: question.max_tokens,
        "messages": to_messages(question.system, question.messages, begun=question.begun),
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if question.tools:
        request["tools"] = [_tool(spec) for spec in question.tools]
    if question.tag:
        request["user"] = question.tag
    return {**request, **(extra or {})}


def _tool(spec: ToolSpec) -> dict[str, Any]:
    function = {"name": spec.name, "description": spec.description, "parameters": dict(spec.parameters)}
    return {"type": "function", "function": function}


def refused(status: int, body: bytes, *, retry_after: str = "") -> ProviderError:
    """The error for an HTTP answer. A path or model that does not exist is a setting.

    `type` is not asked: a wrong key is an `invalid_request_error` too, the status knows better.
    """
    error = _error_of(body)
    kind = Misconfigured if status == _NOT_FOUND else _BY_NAME.get(machine_name(error.get("code")))
    return refusal(PROVIDER, status, code=name_of(error), retry_after=retry_after, kind=kind or kind_of(status))


def failed(error: object) -> ProviderError:
    """The error for `{"error": …}` in the middle of a stream, where there is no status."""
    named = error if isinstance(error, dict) else {}
    kinds = (_BY_NAME.get(machine_name(named.get(field))) for field in ("code", "type"))
    kind = next((kind for kind in kinds if kind is not None), Unavailable)
    return kind(PROVIDER, "broke off the reply", code=name_of(named))


def name_of(error: Mapping[str, Any]) -> str:
    """What the server calls the fault; the free text may repeat what was said."""
    return machine_name(error.get("code")) or machine_name(error.get("type"))


def _error_of(body: bytes) -> Mapping[str, Any]:
    """`{"error": {…}}`, or the same fields at the top as some servers have them."""
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    if not isinstance(answer, dict):
        return {}
    error = answer.get("error", answer)
    return error if isinstance(error, dict) else {}
