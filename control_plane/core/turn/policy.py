"""The numbers of taking turns: how patient, how easily interrupted."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final


class EndpointingKind(StrEnum):
    """How it is decided that the caller's turn is over, see `core/turn/strategies.py`."""

    FIXED = "fixed"
    """The recogniser decides."""
    ADAPTIVE = "adaptive"
    """Silence decides, longer for a caller who pauses long."""
    SEMANTIC = "semantic"
    """The same, and the words: an unfinished sentence is waited for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """How long the caller has to be silent until the turn is over, in seconds since the last sound."""

    complete_s: float
    """After words that ask for an answer."""
    unclear_s: float
    """After words that may be all or not."""
    open_s: float
    """After words that cannot be all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnPolicy:
    """How one conversation takes turns. All times in seconds."""

    language: str = "es"
    """`es`, `en`, or anything else for both: which backchannels are known."""
    endpointing: EndpointingKind = EndpointingKind.FIXED
    waits: Waits = Waits(complete_s=0.3, unclear_s=0.7, open_s=1.5)
    speculations: int = 0
    """So many replies are made ready ahead of one turn at most, in the hope that it is over."""
    endpoint_patience_s: float = 1.2
    """Finals are pending, the caller is silent and the recogniser sends no endpoint: commit after this."""
    min_words: int = 1
    """So many words, not all of them backchannels, make an interruption."""
    answer_window_s: float = 1.0
    """A backchannel so close to the end of the agent's speech is an answer."""
    false_alarm_s: float = 1.6
    """The agent was paused, and no word came: go on after this, once the caller is silent."""
    pause_limit_s: float = 4.0
    """No pause lasts longer without a word, whatever the voice detector says."""
    false_alarms: int = 3
    """So many false alarms in one reply and the line counts as noisy: from then on only words and keys interrupt it."""
    hold_s: float = 0.8
    """A reply was kept back for a voice: let it go when so long after the voice no word has come."""
    digit_gap_s: float = 2.0
    """No further key for this long ends a number; `#` ends it at once."""
    no_input_s: float = 8.0
    """The caller's silence before being asked again."""
    no_match_s: float = 2.5
    """The caller spoke, was silent for so long and no word came: ask for it again."""
    reprompts: int = 2
    """How often in a row the caller is asked again before the agent gives up."""

    @property
    def watches_silence(self) -> bool:
        """Whether words are wanted as soon as the caller falls silent, and not when the recogniser finds an end."""
        return self.endpointing is not EndpointingKind.FIXED


_PROMPT: Final = Waits(complete_s=0.3, unclear_s=0.7, open_s=1.5)
_HIDDEN: Final[Mapping[str, Waits]] = {
    "es": Waits(complete_s=0.72, unclear_s=1.05, open_s=1.6),
    "en": Waits(complete_s=0.72, unclear_s=1.05, open_s=1.6),
}
"""A speculation works while one waits, so that a longer wait costs nothing: see docs/benchmarks.md for the figures."""


SPECULATIONS: Final = 3
"""Tries in one turn, where they are wanted."""


def with_changes(policy: TurnPolicy, changes: Mapping[str, float | str]) -> TurnPolicy:
    """The policy as one bot wants it. `changes` are fields by name, and `speculation`, which is 0 or 1."""
    fields = dict(changes)
    if (speculation := fields.pop("speculation", None)) is not None:
        policy = replace(policy, speculations=SPECULATIONS if speculation else 0)
    if (kind := fields.pop("endpointing", None)) is not None:
        policy = replace(policy, endpointing=EndpointingKind(str(kind)))
    return tuned(replace(policy, **fields))  # type: ignore[arg-type]


def tuned(policy: TurnPolicy) -> TurnPolicy:
    """The policy with the waits that were found best for its language, with or without speculation."""
    if not policy.speculations:
        return replace(policy, waits=_PROMPT)
    return replace(policy, waits=_HIDDEN.get(policy.language.lower().partition("-")[0], _HIDDEN["es"]))
