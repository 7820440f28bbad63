"""What the turn machine can ask of the conversation."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """The caller's turn is over: answer `text`. Replaces a reply that is still running."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Speculate:
    """The turn looks over and will perhaps be committed with these words: have the reply ready, but let nobody hear it
    and do nothing that cannot be taken back. Replaces a speculation before, and a reply nobody has heard of."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw:
    """The caller goes on: the speculation is of no use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """The caller's voice is there again before the reply was audible: keep it back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """The voice brought no words: the reply that was kept back may be heard."""


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
    NO_MATCH = "no_match"
    """Somebody spoke, and not a word was understood."""
    GIVEN_UP = "given_up"
    """Nobody spoke after all reprompts: say goodbye and end the call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reprompt:
    """Ask again, or give up."""

    reason: Silence


TurnCommand = Commit | Speculate | Withdraw | Hold | Release | Pause | CutOff | Resume | Reprompt
