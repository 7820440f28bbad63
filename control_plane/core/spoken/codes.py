"""How telephone numbers, codes and long rows of digits are said."""

import itertools
import re
from typing import Final

from control_plane.core.spoken.numbers_es import cardinal as spanish
from control_plane.core.spoken.tongue import Manner, Rule

_GROUP: Final = r"[0-9]{2,5}"
_PHONE: Final = re.compile(
    rf"(?:\+(?P<country>[0-9]{{1,3}})[\s.-]?)?(?:\(\s?(?P<area>{_GROUP})\s?\)[\s.-]?)?"
    r"(?P<rest>[0-9]{1,14}(?:[\s.-][0-9]{2,5}){0,5})(?![0-9]|[.,:/][0-9]|[^\W_])"
)
_ROW: Final = re.compile(r"[0-9]{3,64}(?![0-9]|[.,:/][0-9]|\s?%)")
_PARTED: Final = re.compile(r"[0-9]{1,12}(?:[.-][0-9]{1,12}){2,8}(?![0-9])")
_THOUSANDS: Final = re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3}){2,}")
_HOST: Final = re.compile(r"(?:[12][0-9]{2}\.){3}[12][0-9]{2}")
_ANY: Final = re.compile(r"[0-9]{1,64}")
_LETTERS: Final = re.compile(r"(?P<letters>[A-Z]{1,4})-?(?=[0-9]{3,64}(?![0-9]|[.,][0-9]))")
_GROUPS: Final = re.compile(r"[0-9]+")
_FEWEST, _MOST = 7, 15
"""Digits of a telephone number."""
_SPELLED_FROM: Final = 7
"""Digits from which a row of them is a code, unless it ends in noughts."""
_BREATH: Final = 4
"""Digits that are said without a pause."""


def _say_phone(found: re.Match[str], manner: Manner) -> str | None:
    groups = _GROUPS.findall("".join(filter(None, (found["area"] and f"{found['area']} ", found["rest"]))))
    sure = bool(found["country"] or found["area"])
    if not _FEWEST <= sum(map(len, groups)) + len(found["country"] or "") <= _MOST or not _is_phone(groups, sure=sure):
        return None
    if len(groups) == 1:
        groups = _national(groups[0], manner)
    said = [_group(group, manner) for group in groups]
    if found["country"]:
        country = (
            manner.tongue.cardinal(int(found["country"])) if manner.tongue.pairs else _each(found["country"], manner)
        )
        said.insert(0, f"{manner.tongue.words.plus} {country}")
    return ", ".join(said)


def _is_phone(groups: list[str], *, sure: bool) -> bool:
    """Without a country or an area in brackets the groups themselves have to look like it."""
    if sure:
        return True
    sizes = [len(group) for group in groups]
    if len(sizes) == 2 and all(group.endswith("0") for group in groups) and int(groups[0]) < int(groups[1]):
        return False  # from 1000 to 2000
    if sizes == [4, 4] and all(1900 <= int(group) <= 2099 for group in groups):
        return False
    pairs = len(sizes) >= 4 and sum(sizes) in (8, 9, 10)
    threes = sizes == [3, 3, 3] and groups[0][0] in "6789"
    return pairs or threes or (len(sizes) > 1 and sizes[-1] == 4 and max(sizes) <= 4)


def _national(digits: str, manner: Manner) -> list[str]:
    """A row without gaps, in groups."""
    if len(digits) != 10:
        return _breaths(digits)
    cuts = (0, 2, 6, 10) if manner.tongue.pairs else (0, 3, 6, 10)
    return [digits[begin:end] for begin, end in itertools.pairwise(cuts)]


def _breaths(digits: str) -> list[str]:
    return [digits[begin : begin + _BREATH] for begin in range(0, len(digits), _BREATH)]


def _group(group: str, manner: Manner) -> str:
    if not manner.tongue.pairs or len(group) % 2:
        return _each(group, manner)
    return " ".join(_pair(group[begin : begin + 2]) for begin in range(0, len(group), 2))


def _pair(pair: str) -> str:
    return f"cero {spanish(int(pair[1]))}" if pair[0] == "0" else spanish(int(pair))


def _each(digits: str, manner: Manner) -> str:
    return manner.tongue.digits(digits)


def _spelled(digits: str, manner: Manner) -> str:
    return ", ".join(_each(part, manner) for part in (_breaths(digits) if len(digits) > 6 else [digits]))


def _say_row(found: re.Match[str], manner: Manner) -> str | None:
    """Digits are a code behind a word that says so, with a nought in front, and when they are many."""
    digits, text, begin = found[0], found.string, found.start()
    long = len(digits) >= _SPELLED_FROM and not digits.endswith("000")
    if len(digits) == 10 and long:
        return ", ".join(_group(group, manner) for group in _national(digits, manner))
    if long or digits[0] == "0" or len(digits) > 12 or _after_letters(text, begin):
        return _spelled(digits, manner)
    return _spelled(digits, manner) if manner.tongue.labels.search(text, max(0, begin - 40), begin) else None


def _after_letters(text: str, begin: int) -> bool:
    """AB-1234, A1234."""
    before = text[max(0, begin - 2) : begin]
    letter = before[-2:-1] if before.endswith("-") else before[-1:]
    return letter.isalpha() or letter == "_"


def _say_parted(found: re.Match[str], manner: Manner) -> str | None:
    """192.168.1.1, 12-345-6; not 1.000.000."""
    if _THOUSANDS.fullmatch(found[0]) and not _HOST.fullmatch(found[0]):
        return None
    mark = f" {manner.tongue.words.dot} " if "." in found[0] else ", "
    return mark.join(_short(group, manner) for group in _GROUPS.findall(found[0]))


def _short(digits: str, manner: Manner) -> str:
    if len(digits) > 3 or (digits[0] == "0" and len(digits) > 1):
        return _spelled(digits, manner)
    return manner.tongue.cardinal(int(digits))


def _say_any(found: re.Match[str], manner: Manner) -> str:
    """Digits within a word: COVID-19, 3D, A1B2."""
    return manner.tongue.cardinal(int(found[0])) if len(found[0]) < 3 else _spelled(found[0], manner)


def _say_letters(found: re.Match[str], manner: Manner) -> str:
    return " ".join(found["letters"])


PHONE: Final = Rule(_PHONE, _say_phone)
ROW: Final = Rule(_ROW, _say_row)
PARTED: Final = Rule(_PARTED, _say_parted)
ANY: Final = Rule(_ANY, _say_any)
LETTERS: Final = Rule(_LETTERS, _say_letters)
