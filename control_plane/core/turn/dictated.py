"""Which digits somebody has dictated, in figures or in words."""

from collections.abc import Iterable, Mapping
from typing import Final

from control_plane.core.turn.backchannels import exact_words


def _row(words: str, numbers: Iterable[int]) -> Mapping[str, str]:
    return {word: str(number) for word, number in zip(exact_words(words), numbers, strict=True)}


_TO_TWENTY_NINE: Final = _row(
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete "
    "dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete "
    "veintiocho veintinueve",
    range(30),
)
_TO_NINETEEN: Final = _row(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen",
    range(20),
)
_TENS: Final = {
    **_row("treinta cuarenta cincuenta sesenta setenta ochenta noventa", range(30, 100, 10)),
    **_row("twenty thirty forty fifty sixty seventy eighty ninety", range(20, 100, 10)),
}
_HUNDREDS: Final = {
    **_row(
        "ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos",
        range(100, 1000, 100),
    ),
    **_row("cien hundred", (100, 100)),
}
_DIGITS: Final[Mapping[str, str]] = {
    **_TO_TWENTY_NINE,
    **_TO_NINETEEN,
    **_row("un una oh o", (1, 1, 0, 0)),
    **_TENS,
    **_HUNDREDS,
}
_UNITS: Final = frozenset(word for word, digits in _DIGITS.items() if len(digits) == 1 and digits != "0")
_TWICE: Final = frozenset({"doble", "double"})
_AND: Final = frozenset({"y", "and"})


def dictated(text: str) -> str:
    """The digits said or keyed: "cincuenta y cinco, doce" is 5512, "double seven" 77."""
    heard, before, twice = "", "", False
    for word in exact_words(text):
        if word in _AND and before in _TENS:
            continue
        if word in _TWICE:
            twice = True
            continue
        figures = "".join(letter for letter in word if letter.isdecimal())
        fresh = figures or _DIGITS.get(word, "")
        if not figures and _fills(word, before):
            heard = heard[: len(heard) - len(fresh)] + fresh
        else:
            heard += 2 * fresh if twice else fresh
        before, twice = word, False
    return heard


def digits_in(text: str) -> int:
    """How many digits were said or keyed."""
    return len(dictated(text))


def _fills(word: str, before: str) -> bool:
    """A unit fills the place that a ten has opened, and both those of a hundred."""
    return before in _HUNDREDS or (before in _TENS and word in _UNITS)
