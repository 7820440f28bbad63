"""What kind of answer is expected of the caller, and what that says about the end of the turn."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from control_plane.core.turn.backchannels import spoken_words
from control_plane.core.turn.endings import Ending


class Expected(StrEnum):
    """What was asked for."""

    ANYTHING = "anything"
    YES_NO = "yes_no"
    NUMBER = "number"
    """A number, a date, an amount: it may come in pieces."""
    DIGITS = "digits"
    """A telephone number or a code, dictated or keyed."""
    NAME = "name"
    """It may be spelled."""
    STORY = "story"
    """Something longer: what happened, an address, a complaint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """What the bot has asked for. `length` of digits; 0: unknown."""

    expected: Expected = Expected.ANYTHING
    length: int = 0


NO_HINT: Final = Hint()

_SHORT_ANSWER: Final = 3
_SPELLED: Final = 2


def advised(hint: Hint, text: str, *, usual: Ending) -> Ending:
    """What the words mean, knowing what was asked for; `usual` is what they mean otherwise."""
    words = spoken_words(text)
    match hint.expected:
        case Expected.YES_NO if len(words) <= _SHORT_ANSWER and usual is not Ending.OPEN:
            return Ending.COMPLETE
        case Expected.DIGITS | Expected.NUMBER if hint.length:
            return Ending.COMPLETE if digits_in(text) >= hint.length else Ending.OPEN
        case Expected.NUMBER if len(words) <= _SHORT_ANSWER and usual is not Ending.OPEN:
            return Ending.COMPLETE
        case Expected.DIGITS:
            return Ending.OPEN if usual is not Ending.COMPLETE else usual
        case Expected.NAME if any(len(word) == 1 for word in words[-_SPELLED:]):
            return Ending.OPEN
        case Expected.NAME if usual is Ending.UNCLEAR and len(words) >= _SPELLED:
            return Ending.COMPLETE
        case Expected.STORY if usual is Ending.UNCLEAR:
            return Ending.OPEN
        case _:
            return usual


def digits_in(text: str) -> int:
    """How many digits were said or keyed, written as digits."""
    return sum(letter.isdecimal() for letter in text)
