"""What is asked of Claude besides the dialogue: thinking per model, caching, limits.

Source: Anthropic, Messages API, models and prompt caching.
"""

from collections.abc import Mapping
from typing import Any, Final

from control_plane.adapters.brains.anthropic_messages import to_messages
from control_plane.adapters.brains.going_on import to_go_on
from control_plane.ports.brain import Question, ToolSpec

PROVIDER: Final = "anthropic"
DEFAULT_MODEL: Final = "claude-haiku-5-5"

_CACHED: Final = {"cache_control": {"type": "ephemeral"}}

_NO_THINKING: Final[Mapping[str, Any]] = {"thinking": {"type": "disabled"}}
_LITTLE_EFFORT: Final[Mapping[str, Any]] = {"output_config": {"effort": "low"}}

_LEAST_THINKING: Final[Mapping[str, Mapping[str, Any]]] = {
    # The least thinking each family allows: a caller waits for the first word. The longest prefix counts; a model
    # that is not listed is asked without any setting.
    "claude-sonnet-5-5": {"thinking": {"type": "between_tools"}},
    "claude-opus-5-5": _LITTLE_EFFORT,
    "claude-fable": _LITTLE_EFFORT,
    "claude-haiku": _NO_THINKING,
    "claude-sonnet": _NO_THINKING,
    "claude-opus": _NO_THINKING,
}

_TAKES_A_BEGINNING: Final = ("claude-3", "claude-haiku-4-5", "claude-sonnet-4-5")
"""Models that go on with an assistant message at the end; newer ones refuse it."""


def to_request(question: Question, default_model: str) -> dict[str, Any]:
    """The body of a streamed request. Tools and system text are cached, as they stay the same for a whole call."""
    model = question.model or default_model
    begun = question.begun.strip()
    takes_it = model.startswith(_TAKES_A_BEGINNING)
    request: dict[str, Any] = {
        "model": model,
        "max_tokens": question.max_tokens,
        "messages": to_messages(question.messages),
        "stream": True,
    }
    if question.tools:
        request["tools"] = _tools(question.tools)
    if system := _system(question.system, to_go_on(begun) if begun and not takes_it else ""):
        request["system"] = system
    if begun and takes_it:
        request["messages"].append({"role": "assistant", "content": [{"type": "text", "text": begun}]})
    if question.tag:
        request["metadata"] = {"user_id": question.tag}
    return {**request, **least_thinking(model)}


def _system(text: str, going_on: str) -> list[dict[str, Any]]:
    """What is asked only once stands behind what is cached."""
    cached = [{"type": "text", "text": text, **_CACHED}] if text.strip() else []
    return [*cached, {"type": "text", "text": going_on}] if going_on else cached


def least_thinking(model: str) -> Mapping[str, Any]:
    """The request fields that keep this model from thinking first, as far as it lets itself be kept."""
    families = [prefix for prefix in _LEAST_THINKING if model.startswith(prefix)]
    return _LEAST_THINKING[max(families, key=len)] if families else {}


def _tools(specs: tuple[ToolSpec, ...]) -> list[dict[str, Any]]:
    tools: list[dict[str, Any]] = [
        {"name": spec.name, "description": spec.description, "input_schema": dict(spec.parameters)} for spec in specs
    ]
    tools[-1] |= _CACHED
    return tools
