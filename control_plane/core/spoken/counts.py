"""How plain numbers and ordinals are said."""

import re
from typing import Final

from control_plane.core.spoken import numbers_en, numbers_es
from control_plane.core.spoken.figures import FIGURE
from control_plane.core.spoken.tongue import Manner, Rule

_NUMBER: Final = re.compile(rf"(?P<figure>{FIGURE})(?:(?P<scale>[kKM])(?![^\W_])|(?![^\W\d_]|[0-9]))")
_ORDINAL_ES: Final = re.compile(
    r"(?P<number>[0-9]{1,2})(?:\.?(?P<sign>[ºª°])|\.?(?P<ending>er|ero|era|ro|do|to|mo|vo|no|ra|da|ta|ma|va|na|a|o))"
    r"(?:\.(?=\s+[a-zñáéíóú]))?(?![^\W_])"
)
_ORDINAL_EN: Final = re.compile(
    r"(?P<number>[0-9]{1,6}|[0-9]{1,3}(?:,[0-9]{3})+)(?:st|nd|rd|th)(?![^\W_])", re.IGNORECASE
)
_FULL: Final = re.compile(r"24/7(?![0-9/])")


def _say(found: re.Match[str], manner: Manner) -> str:
    tongue = manner.tongue
    figure = tongue.figure(found["figure"])
    if found["scale"]:
        return f"{tongue.said(figure, 'm')} {tongue.scales[found['scale']]}"
    gender = tongue.gender_after(found)
    said = tongue.said(figure, gender)
    round_millions = not figure.fraction and figure.value and figure.value % 10**6 == 0
    return f"{said}{tongue.words.of.rstrip()}" if gender and round_millions else said


def _say_ordinal_es(found: re.Match[str], manner: Manner) -> str | None:
    gender = manner.tongue.gender_after(found)
    if found["sign"] == "°" and not (gender and found.string[found.end() + 1].islower()):
        return None  # of a temperature
    ending = found["ending"] or ""
    feminine = found["sign"] == "ª" or ending.endswith("a")
    shortened = ending == "er" or (not ending and gender == "m")
    return numbers_es.ordinal(int(found["number"]), "f" if feminine else "m", shortened=shortened)


def _say_ordinal_en(found: re.Match[str], manner: Manner) -> str:
    return numbers_en.ordinal(int(found["number"].replace(",", "")))


def _say_full(found: re.Match[str], manner: Manner) -> str:
    """Round the clock."""
    return f"{manner.tongue.cardinal(24)} {manner.tongue.cardinal(7)}"


NUMBER: Final = Rule(_NUMBER, _say)
ORDINAL_ES: Final = Rule(_ORDINAL_ES, _say_ordinal_es)
ORDINAL_EN: Final = Rule(_ORDINAL_EN, _say_ordinal_en)
ROUND_THE_CLOCK: Final = Rule(_FULL, _say_full)
