"""How many digits somebody has dictated, in figures or in words."""

from collections.abc import Mapping
from typing import Final

from control_plane.core.turn.backchannels import exact_words


def _row(words: str, digits: int) -> Mapping[str, int]:
    return {word: digits for text in words.split() for word in exact_words(text)}


_UNITS: Final = frozenset(
    exact_words("uno un una dos tres cuatro cinco seis siete ocho nueve one two three four five six seven eight nine")
)
_DIGITS: Final[Mapping[str, int]] = {
    **dict.fromkeys(_UNITS, 1),
    **_row("cero zero oh o", 1),
    **_row(
        "diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve veinte veintiuno veintidós "
        "veintitrés veinticuatro veinticinco veintiséis veintisiete veintiocho veintinueve treinta cuarenta cincuenta "
        "sesenta setenta ochenta noventa ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
        "nineteen twenty thirty forty fifty sixty seventy eighty ninety",
        2,
    ),
    **_row("cien ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos "
           "novecientos hundred", 3),
}  # fmt: skip
_TENS: Final = frozenset(
    exact_words("treinta cuarenta cincuenta sesenta setenta ochenta noventa twenty thirty forty fifty sixty seventy "
                "eighty ninety")
)  # fmt: skip
_HUNDREDS: Final = frozenset(word for word, digits in _DIGITS.items() if digits == 3)
_TWICE: Final = frozenset({"doble", "double"})
_AND: Final = frozenset({"y", "and"})


def digits_in(text: str) -> int:
    """How many digits were said or keyed: "cincuenta y cinco, doce" are four, "double seven" two."""
    total, before, twice = 0, "", False
    for word in exact_words(text):
        if word in _AND and before in _TENS:
            continue
        if word in _TWICE:
            twice = True
            continue
        fresh = sum(letter.isdecimal() for letter in word) or _digits(word, before)
        total += 2 * fresh if twice else fresh
        before, twice = word, False
    return total


def _digits(word: str, before: str) -> int:
    """A unit fills the place that a ten has opened, and both those of a hundred."""
    digits = _DIGITS.get(word, 0)
    if before in _HUNDREDS or (before in _TENS and word in _UNITS):
        return 0
    return digits
