"""English words for numbers."""

from typing import Final

from control_plane.core.spoken.figures import Figure

_SMALL: Final = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS: Final = ("", "", *["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"])
_SCALES: Final = ((10**9, "billion"), (10**6, "million"), (1000, "thousand"))
_ORDINALS: Final = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
LARGEST: Final = 10**12
"""From here on a number is read digit by digit."""


def cardinal(number: int, gender: str = "") -> str:
    """`gender` means nothing here; it stands for the sake of other languages."""
    if number >= LARGEST:
        return digits(str(number))
    said = []
    for scale, name in _SCALES:
        count, number = divmod(number, scale)
        if count:
            said.append(f"{_hundreds(count)} {name}")
    if number or not said:
        said.append(_hundreds(number))
    return " ".join(said)


def _hundreds(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    said = [f"{_SMALL[hundreds]} hundred"] if hundreds else []
    if rest or not hundreds:
        said.append(_tens(rest))
    return " ".join(said)


def _tens(number: int) -> str:
    if number < len(_SMALL):
        return _SMALL[number]
    tens, rest = divmod(number, 10)
    return f"{_TENS[tens]}-{_SMALL[rest]}" if rest else _TENS[tens]


def digits(text: str) -> str:
    """One by one."""
    return " ".join(_SMALL[int(digit)] for digit in text)


def said(figure: Figure, gender: str = "") -> str:
    """A number with its decimals, those one by one."""
    whole = cardinal(figure.value, gender)
    return f"{whole} point {digits(figure.fraction)}" if figure.fraction else whole


def ordinal(number: int) -> str:
    word = cardinal(number)
    cut = max(word.rfind(" "), word.rfind("-")) + 1
    last = word[cut:]
    if last.endswith("y"):
        return f"{word[:-1]}ieth"
    return word[:cut] + _ORDINALS.get(last, f"{last}th")


def year(number: int) -> str:
    """As years are said: twenty twenty-six, nineteen oh five, two thousand eight."""
    century, rest = divmod(number, 100)
    if not 11 <= century <= 99 or (century % 10 == 0 and rest < 10):
        return cardinal(number)
    if not rest:
        return f"{_tens(century)} hundred"
    return f"{_tens(century)} {f'oh {_SMALL[rest]}' if rest < 10 else _tens(rest)}"


def decade(number: int) -> str:
    """The years that begin with this one: nineties, nineteen nineties."""
    word = year(number) if number >= 1000 else cardinal(number)
    return f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"
