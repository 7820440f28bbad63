"""How patient the Anthropic adapter is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AnthropicTimings:
    """All in seconds."""

    connect: float = 3.0
    first_token: float = 8.0
    """From the request to the first piece of text or of a tool call."""
    between_tokens: float = 10.0
    keep_connection: float = 120.0
    """How long an idle connection is kept for the next turn; callers think for longer than the SDK's 5 s."""
