"""The configured persona of a conversation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
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
    no_match: str = ""
    """Somebody spoke and was not understood; empty: as after silence."""
    fillers: tuple[str, ...] = ()
    """A word in between when a reply takes long, one after the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderChoice:
    """Whom a bot wants to be served by: names in order, empty for the installation's; a model is of the first name."""

    stt: tuple[str, ...] = ()
    brain: tuple[str, ...] = ()
    tts: tuple[str, ...] = ()
    stt_model: str = ""
    brain_model: str = ""
    tts_model: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """When the bot takes calls as usual, see `core/opening_hours.py`."""

    week: Mapping[int, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    """By weekday, Monday is 0: from which minute of the day until which. Without any weekday: always."""
    zone: str = ""
    """Whose clock counts; empty: nobody has said so."""
    closed_message: str = ""
    """What callers are told at other times; a template, see `core/greeting.py`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MachinePolicy:
    """What to do when an answering machine takes a call of ours."""

    policy: str = "talk"
    """`talk`, `leave_message` or `hang_up`."""
    message: str = ""
    """What is left; a template, see `core/greeting.py`."""


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
    """A voice id of the first synthesiser; empty for the adapter's default."""
    providers: ProviderChoice = ProviderChoice()
    tools: tuple[str, ...] = ()
    """Names of the tools it may use."""
    keyterms: tuple[str, ...] = ()
    """Words the recogniser should expect."""
    no_input_s: float = 8.0
    """Seconds of the caller's silence before being asked again."""
    turns: Mapping[str, float | str] = field(default_factory=dict)
    """Fields of `core/turn/policy.py` that are otherwise than usual, and `speculation` (0 or 1)."""
    hours: Hours = Hours()
    answering_machine: MachinePolicy = MachinePolicy()

    def __post_init__(self) -> None:
        missing = [part for part in PartOfDay if not self.greetings.get(part, "").strip()]
        if missing:
            raise ValueError(f"bot {self.id} has no greeting for {', '.join(missing)}")
