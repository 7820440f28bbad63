"""What a language gives to the rules that turn written text into spoken text."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from control_plane.core.spoken.figures import Figure, read


@dataclass(frozen=True, slots=True)
class Noun:
    """What is counted."""

    one: str
    many: str
    gender: str = "m"


@dataclass(frozen=True, slots=True)
class Coin:
    """A currency: the whole and its hundredth."""

    whole: Noun
    cent: Noun = Noun("", "")


class Counting(Protocol):
    """Words for a number; `gender` is that of the noun that follows, empty when none does."""

    def __call__(self, number: int, gender: str = "") -> str: ...


class Reading(Protocol):
    """Words for a number that may have decimals."""

    def __call__(self, figure: Figure, gender: str = "") -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Small words between numbers, and names of signs."""

    minus: str
    plus: str
    to: str
    by: str
    each: str
    of: str
    """Between millions and what they are of; empty where nothing stands there."""
    with_cents: str
    number: str
    and_: str
    equals: str
    at: str
    dot: str
    slash: str
    dash: str
    underscore: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tongue:
    """One language."""

    cardinal: Counting
    said: Reading
    digits: Callable[[str], str]
    gender_after: Callable[[re.Match[str]], str]
    """The gender of what a number counts that was matched; empty when it counts nothing."""
    point_parts_thousands: bool
    pairs: bool
    """Whether the digits of telephone numbers are said in twos."""
    words: Words
    coins: Mapping[str, Coin]
    """By code of the currency in capitals, and by names that a caller of `speakable` may use for `$`."""
    usual_coin: str
    units: Mapping[str, Noun]
    scales: Mapping[str, str]
    """Words and letters for thousands and millions behind a number, and how they are said."""
    labels: re.Pattern[str]
    """Ends a text behind which digits are a code."""

    def figure(self, written: str) -> Figure:
        return read(written, point_parts_thousands=self.point_parts_thousands)

    def counted(self, figure: Figure, noun: Noun) -> str:
        """A number and what is counted: veintiuna libras, un millón de pesos."""
        name = noun.one if figure.is_one else noun.many
        round_millions = self.words.of and not figure.fraction and figure.value and figure.value % 10**6 == 0
        return f"{self.said(figure, noun.gender)}{self.words.of if round_millions else ' '}{name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How this text is to be said."""

    tongue: Tongue
    coin: Coin
    """What a bare `$` means."""


Say = Callable[[re.Match[str], Manner], str | None]
"""How a match is said; empty: not at all; None: it is nothing of this kind, ask the next rule."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern and how what it matches is said."""

    pattern: re.Pattern[str]
    say: Say


def first_said(rules: Sequence[Rule], text: str, *, at: int, manner: Manner) -> tuple[int, str] | None:
    """The end of what the first rule that knows this place takes, and how it is said."""
    for rule in rules:
        found = rule.pattern.match(text, at)
        if found is not None and found.end() > at:
            said = rule.say(found, manner)
            if said is not None:
                return found.end(), said
    return None
