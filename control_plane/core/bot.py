"""The configured persona of a conversation."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class PartOfDay(StrEnum):
    """What a greeting depends on, in the time zone of the person who hears it."""

    MORNING = "mañana"
    AFTERNOON = "tarde"
    NIGHT = "noche"


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """What the bot says without asking its model. Templates, see `core/greeting.py`."""

    reprompts: tuple[str, ...]
    """After silence, one after the other; their number is how often the caller is asked again."""
    given_up: str
    """Goodbye to somebody who does not answer."""
    provider_failure: str
    """Every model or voice has failed: what can still be said."""
    resumed: str
    """The connection was lost for a moment and is back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """Who answers: how it sounds, what it knows, what it may do.

    `persona` is the system prompt and the same for every call, so that providers can cache it: no clock and nothing
    about the caller in it. Raises ValueError when a greeting is missing.
    """

    id: str
    name: str
    language: str
    """`es`, `en` or `multi`."""
    persona: str
    greetings: Mapping[PartOfDay, str]
    """A template for each part of the day, see `core/greeting.py`."""
    phrases: Phrases
    voice: str = ""
    """The provider's voice id; empty for the adapter's default."""
    tools: tuple[str, ...] = ()
    """Names of the tools it may use."""
    keyterms: tuple[str, ...] = ()
    """Words the recogniser should expect."""
    no_input_s: float = 8.0
    """Seconds of the caller's silence before being asked again."""

    def __post_init__(self) -> None:
        missing = [part for part in PartOfDay if not self.greetings.get(part, "").strip()]
        if missing:
            raise ValueError(f"bot {self.id} has no greeting for {', '.join(missing)}")
