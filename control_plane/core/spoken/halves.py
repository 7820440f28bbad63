"""How halves, thirds and quarters are said."""

import re
from collections.abc import Mapping
from typing import Final

from control_plane.core.spoken.numbers_en import cardinal as english
from control_plane.core.spoken.numbers_es import cardinal as spanish
from control_plane.core.spoken.tongue import Manner, Noun, Rule
from control_plane.core.spoken.units import UNIT

_SIGNS: Final = {"½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅛": "1/8"}
_PATTERN: Final = re.compile(
    r"(?:(?P<whole>[0-9]{1,6})(?:\s?(?=[½⅓⅔¼¾⅛])|\s(?=[0-9]/)))?"
    r"(?P<part>[½⅓⅔¼¾⅛]|(?:1/[2348]|[23]/[34])(?![0-9/]))" + rf"(?:\s?{UNIT})?"
)
_ES: Final[Mapping[str, str]] = {
    "1/2": "un medio",
    "1/3": "un tercio",
    "2/3": "dos tercios",
    "1/4": "un cuarto",
    "3/4": "tres cuartos",
    "1/8": "un octavo",
    "2/4": "dos cuartos",
    "3/3": "tres tercios",
}
_EN: Final[Mapping[str, str]] = {
    "1/2": "one half",
    "1/3": "one third",
    "2/3": "two thirds",
    "1/4": "one quarter",
    "3/4": "three quarters",
    "1/8": "one eighth",
    "2/4": "two quarters",
    "3/3": "three thirds",
}


def _say_es(found: re.Match[str], manner: Manner) -> str:
    part, noun = _read(found, manner)
    tongue = manner.tongue
    gender = noun.gender if noun else tongue.gender_after(found)
    half = "media" if gender == "f" else "medio"
    if found["whole"]:
        rest = half if part == "1/2" else _ES[part]
        counted = spanish(int(found["whole"]), gender if noun else "f" if gender == "f" else "")
        if noun is None:
            return f"{counted} y {rest}"
        return f"{counted} {noun.one if int(found['whole']) == 1 else noun.many} y {rest}"
    if noun is None:
        return half if part == "1/2" and gender else _ES[part]
    return f"{half} {noun.one}" if part == "1/2" else f"{_ES[part]} de {noun.one}"


def _say_en(found: re.Match[str], manner: Manner) -> str:
    part, noun = _read(found, manner)
    if found["whole"]:
        rest = "a half" if part == "1/2" else _EN[part]
        return f"{english(int(found['whole']))} and {rest}{f' {noun.many}' if noun else ''}"
    if noun is None:
        return _EN[part]
    return f"half a {noun.one}" if part == "1/2" else f"{_EN[part]} of a {noun.one}"


def _read(found: re.Match[str], manner: Manner) -> tuple[str, Noun | None]:
    part = _SIGNS.get(found["part"], found["part"])
    return part, manner.tongue.units.get(found["unit"]) if found["unit"] else None


FRACTION_ES: Final = Rule(_PATTERN, _say_es)
FRACTION_EN: Final = Rule(_PATTERN, _say_en)
