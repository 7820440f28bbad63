"""The turning of written text into text that a voice says right."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from control_plane.core.spoken import abbreviations, moments_en
from control_plane.core.spoken.addresses import ADDRESSES
from control_plane.core.spoken.alignment import Spoken
from control_plane.core.spoken.codes import ANY, LETTERS, PARTED, PHONE, ROW
from control_plane.core.spoken.counts import NUMBER, ORDINAL_EN, ORDINAL_ES, ROUND_THE_CLOCK
from control_plane.core.spoken.english import ENGLISH
from control_plane.core.spoken.halves import FRACTION_EN, FRACTION_ES
from control_plane.core.spoken.marks import BETWEEN_FIGURES, DEBRIS, MARKS, SIGNS
from control_plane.core.spoken.moments_es import MOMENTS as MOMENTS_ES
from control_plane.core.spoken.money import EACH, MONEY, SIGN
from control_plane.core.spoken.spanish import SPANISH
from control_plane.core.spoken.tongue import Manner, Rule, Tongue, first_said
from control_plane.core.spoken.units import BY, WITH_UNIT


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grammar:
    """The rules of a language, by what may begin at a place."""

    tongue: Tongue
    begin: re.Pattern[str]
    """Finds the next place where a rule may apply; its group is the key of `rules`."""
    rules: Mapping[str, Sequence[Rule]]


_FIGURES: Final = frozenset(("money", "figure"))
_ADDRESS: Final = r"(?=[\w+-]{1,64}+(?:@\w|\.\w)|https?://)"
"""What may become an e-mail or a web address: looked at once a word, so it has to be cheap."""
_BETWEEN: Final = (EACH, *BETWEEN_FIGURES, BY)


def _grammar(tongue: Tongue, figures: Sequence[Rule], *, words: Sequence[Rule], begin_words: str) -> _Grammar:
    begin = (
        rf"(?<![^\W_])(?:(?P<money>{SIGN}\s?[0-9])|(?P<word>{_ADDRESS}|{begin_words}|[A-Z]{{1,4}}(?=-?[0-9]{{3}})))"
        r"|(?P<figure>[0-9½⅓⅔¼¾⅛]|[+(][+(]?(?=[0-9]))"
        rf"|(?P<mark>{MARKS})"
    )
    rules = {
        "money": (MONEY[0], *SIGNS),
        "word": (*ADDRESSES, *words, LETTERS, *figures),
        "figure": (*figures, *SIGNS),
        "mark": SIGNS,
    }
    return _Grammar(tongue=tongue, begin=re.compile(begin), rules=rules)


_GRAMMARS: Final[Mapping[str, _Grammar]] = {
    "es": _grammar(
        SPANISH,
        (*MOMENTS_ES, ROUND_THE_CLOCK, FRACTION_ES, PHONE, PARTED, MONEY[1], ORDINAL_ES, WITH_UNIT, ROW, NUMBER, ANY),
        words=abbreviations.ABBREVIATIONS_ES,
        begin_words=abbreviations.BEGIN_ES,
    ),
    "en": _grammar(
        ENGLISH,
        (
            *moments_en.MOMENTS, ROUND_THE_CLOCK, FRACTION_EN, PHONE, PARTED, MONEY[1], ORDINAL_EN, WITH_UNIT, ROW,
            NUMBER, ANY,
        ),
        words=(*abbreviations.ABBREVIATIONS_EN, *moments_en.MONTHS_FIRST),
        begin_words=rf"{abbreviations.BEGIN_EN}|(?=(?:{moments_en.MONTH_NAMES})\b\.?,?\s[0-9])",
    ),
}  # fmt: skip
_OTHER: Final = _Grammar(tongue=ENGLISH, begin=re.compile(rf"(?P<mark>{MARKS})"), rules={"mark": DEBRIS})
"""Languages without rules: only signs are left out."""


def speakable(text: str, language: str = "es", *, currency: str = "") -> Spoken:
    """One clause as it is to be said.

    `currency`: what a bare `$` means ("pesos", "dólares", "euros" or a code); empty for the usual of the language.
    What no rule knows stays as it is; never raises.
    """
    grammar = _GRAMMARS.get(re.split("[-_]", language.lower(), maxsplit=1)[0], _OTHER)
    coins = grammar.tongue.coins
    coin = coins.get(currency.upper()) or coins[grammar.tongue.usual_coin]
    pieces = tuple(_pieces(text, grammar, manner=Manner(tongue=grammar.tongue, coin=coin)))
    said = "".join(spoken for _, spoken in pieces).strip()
    if not _has_words(said) and _has_words(text):
        return Spoken(text, ((text, text),))
    return Spoken(said, pieces)


def _has_words(text: str) -> bool:
    return any(char.isalnum() for char in text)


def _pieces(text: str, grammar: _Grammar, *, manner: Manner) -> Iterator[tuple[str, str]]:
    done = place = 0
    last = ""
    """The last spoken character."""
    after_figure = False
    while True:
        between = first_said(_BETWEEN, text, at=done, manner=manner) if after_figure else None
        found = None if between else grammar.begin.search(text, place)
        if between is None and found is None:
            break
        at = found.start() if found else done
        kind = str(found.lastgroup) if found else ""
        said = between or first_said(grammar.rules[kind], text, at=at, manner=manner)
        if said is None:
            place, after_figure = at + 1, False
            continue
        if done < at:
            yield text[done:at], text[done:at]
            last = text[at - 1]
        end, spoken = said
        spoken = _joined(spoken, before=last, text=text, end=end)
        yield text[at:end], spoken
        last = spoken[-1:] or last
        done = place = end
        after_figure = kind in _FIGURES
    if done < len(text):
        yield text[done:], text[done:]


def _joined(spoken: str, *, before: str, text: str, end: int) -> str:
    """With a space where it would grow together with its neighbours, and with the full stop at the end."""
    if before.isspace():
        spoken = spoken.lstrip(" ")
    if end == len(text) and spoken and text.endswith("."):
        spoken = f"{spoken}."
    if before.isalnum() and (spoken[:1].isalnum() or (not spoken and text[end : end + 1].isalnum())):
        spoken = f" {spoken}"
    return f"{spoken} " if spoken[-1:].isalnum() and text[end : end + 1].isalnum() else spoken
