"""What the turn machine can ask of the conversation."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """The caller's turn is over: answer `text`. Replaces a reply that is still running."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Silence the agent at once (`clear` at the carrier), but keep the reply: it may have been a false alarm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CutOff:
    """The interruption is real: cancel the reply (model and voice) and cut its memory to what was heard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    """It was a false alarm or a backchannel: speak the unheard rest."""


class Silence(StrEnum):
    """Why the caller has to be asked again."""

    NO_INPUT = "no_input"
    """Nobody spoke for the patience of the bot."""
    GIVEN_UP = "given_up"
    """Nobody spoke after all reprompts: say goodbye and end the call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reprompt:
    """Ask again, or give up."""

    reason: Silence


TurnCommand = Commit | Pause | CutOff | Resume | Reprompt
