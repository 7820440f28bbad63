"""What kind of answer is expected of the caller, and what that says about the end of the turn."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from control_plane.core.turn.backchannels import exact_words
from control_plane.core.turn.dictated import dictated, digits_in
from control_plane.core.turn.endings import Ending


class Expected(StrEnum):
    """What was asked for."""

    ANYTHING = "anything"
    NOTHING = "nothing"
    """The agent has told something and asked for nothing."""
    YES_NO = "yes_no"
    CHOICE = "choice"
    """One of the alternatives that were named."""
    WHEN = "when"
    """A day, a time."""
    NUMBER = "number"
    """How many, how much."""
    DIGITS = "digits"
    """A telephone number or a code, dictated or keyed."""
    EMAIL = "email"
    SPELLING = "spelling"
    """Letter by letter."""
    NAME = "name"
    """It may be spelled."""
    ADDRESS = "address"
    """It comes in pieces."""
    STORY = "story"
    """Something longer: what happened, a complaint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """What the agent has asked for. `length` of digits, or of a name in words; 0: unknown. `longest`: of digits, where
    not all have the same length. `prefixes`: digits that may stand before and do not count. `options`: words of the
    alternatives."""

    expected: Expected = Expected.ANYTHING
    length: int = 0
    longest: int = 0
    prefixes: tuple[str, ...] = ()
    options: frozenset[str] = field(default_factory=frozenset)


NO_HINT: Final = Hint()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """What was said, and what it means to somebody who does not know the question."""

    text: str
    words: tuple[str, ...]
    usual: Ending

    @property
    def closed(self) -> Ending:
        """It is all, unless the last word leads on."""
        return self.usual if self.usual is Ending.OPEN else Ending.COMPLETE

    @property
    def unfinished(self) -> Ending:
        """More is to come, unless the words ask for an answer by themselves."""
        return self.usual if self.usual is Ending.COMPLETE else Ending.OPEN


def _row(words: str) -> frozenset[str]:
    return frozenset(word for text in words.split() for word in exact_words(text))


_SAID_YES_OR_NO: Final = _row("sí no claro yes yeah yep nope sure")
_TAKEN: Final = _row(
    "bueno bien perfecto gracias ok okay listo vale genial excelente great good fine thanks alright sounds"
)
_TURNS_TO: Final = _row(
    """
    mire mira oiga oye fíjese disculpe pero pues es que el la los las un una mi otra otro yo
    tengo tenía quiero quería quisiera necesito
    look listen but so the a an my another other i i'm i've i'd
    """
)
"""Behind what was taken: something else begins, "Bueno, mire…", "Bien, el problema…"."""
_MOMENTS: Final = _row(
    """
    lunes martes miércoles jueves viernes sábado domingo hoy mañana tarde noche mediodía
    monday tuesday wednesday thursday friday saturday sunday today tomorrow morning afternoon evening noon tonight
    """
)
_SPANS: Final = _row("del desde entre from between")
"""A span has two ends."""
_LEAD_INS: Final = _row(
    "sí claro es son soy me mi está a yo habla el la con de sure yes it's i'm my this the for under name sorry perdón"
)
_CAPITALISED: Final = re.compile(r"\b[A-ZÁÉÍÓÚÜÑ][\w'-]+")
"""Recognisers write names so."""
_AT: Final = _row("arroba at")
_POINTS: Final = _row("com mx es net org co edu")
_NAMED: Final = 2
"""So many words of an offer are no coincidence."""
_NAMES: Final = 2
_FEW: Final = 3
_CLAUSE: Final = 5
"""Longer answers are sentences, and may have a second half."""
_CODE: Final = 5
"""No number that is dictated is shorter."""
_DIALLED: Final = "00"
"""Before the prefix of a country."""


def _yes_no(hint: Hint, said: _Answer) -> Ending:
    """Few words, or a yes or no and something beside it."""
    if len(said.words) <= _FEW:
        return said.closed
    return said.closed if len(said.words) <= _CLAUSE and said.words[0] in _SAID_YES_OR_NO else said.usual


def _nothing(hint: Hint, said: _Answer) -> Ending:
    """An offer that is taken, or named: "los palitos de queso"."""
    if 1 < len(said.words) <= _CLAUSE and said.words[0] in _TAKEN:
        more = next((word for word in said.words if word not in _TAKEN), "")
        return said.usual if more in _TURNS_TO else said.closed
    named = len(hint.options.intersection(said.words)) >= _NAMED
    return said.closed if named and len(said.words) <= _CLAUSE else said.usual


def _choice(hint: Hint, said: _Answer) -> Ending:
    chosen = len(said.words) <= _CLAUSE and not hint.options.isdisjoint(said.words)
    return said.closed if chosen else said.usual


def _when(hint: Hint, said: _Answer) -> Ending:
    if not said.words or said.words[0] in _SPANS or len(said.words) > _CLAUSE:
        return said.usual
    return said.closed if digits_in(said.text) or not _MOMENTS.isdisjoint(said.words) else said.usual


def _number(hint: Hint, said: _Answer) -> Ending:
    if hint.length:
        return _digits(hint, said)
    return said.closed if len(said.words) <= _CLAUSE and digits_in(said.text) else said.usual


def _digits(hint: Hint, said: _Answer) -> Ending:
    """More than there can be is an odd fit, and says nothing."""
    heard = dictated(said.text)
    if not heard:
        return said.usual
    if not hint.length:
        return said.unfinished if len(heard) < _CODE else said.usual
    count = len(_own(heard, hint.prefixes))
    if count < hint.length:
        return said.unfinished
    return Ending.COMPLETE if count <= max(hint.length, hint.longest) else said.usual


def _own(digits: str, prefixes: tuple[str, ...]) -> str:
    """Without a prefix, dialled or not."""
    bare = digits.removeprefix(_DIALLED) if prefixes else digits
    return next((bare[len(prefix) :] for prefix in prefixes if bare.startswith(prefix)), digits)


def _email(hint: Hint, said: _Answer) -> Ending:
    if "@" in said.text or not _AT.isdisjoint(said.words):
        return Ending.COMPLETE if said.words and said.words[-1] in _POINTS else said.unfinished
    return said.usual


def _spelling(hint: Hint, said: _Answer) -> Ending:
    return said.unfinished if any(len(word) == 1 for word in said.words[-_NAMES:]) else said.usual


def _name(hint: Hint, said: _Answer) -> Ending:
    if _spelling(hint, said) is Ending.OPEN:
        return Ending.OPEN
    names = sum(not _LEAD_INS.issuperset(exact_words(word)) for word in _CAPITALISED.findall(said.text))
    if said.usual is Ending.UNCLEAR and max(hint.length, 1) <= names <= _FEW:
        return Ending.COMPLETE
    return said.unfinished if names < hint.length else said.usual


def _address(hint: Hint, said: _Answer) -> Ending:
    return said.usual if digits_in(said.text) or len(said.words) > _FEW else said.unfinished


_ADVICE: Final[Mapping[Expected, Callable[[Hint, _Answer], Ending]]] = {
    Expected.ANYTHING: lambda hint, said: said.usual,
    Expected.NOTHING: _nothing,
    Expected.YES_NO: _yes_no,
    Expected.CHOICE: _choice,
    Expected.WHEN: _when,
    Expected.NUMBER: _number,
    Expected.DIGITS: _digits,
    Expected.EMAIL: _email,
    Expected.SPELLING: _spelling,
    Expected.NAME: _name,
    Expected.ADDRESS: _address,
    Expected.STORY: lambda hint, said: said.unfinished,
}


def advised(hint: Hint, text: str, *, usual: Ending) -> Ending:
    """What the words mean, knowing what was asked for; `usual` is what they mean otherwise."""
    return _ADVICE[hint.expected](hint, _Answer(text=text, words=exact_words(text), usual=usual))
