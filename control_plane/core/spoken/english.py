"""English, as the rules of speech need it."""

import re
from typing import Final

from control_plane.core.spoken import numbers_en
from control_plane.core.spoken.money import COINS_EN
from control_plane.core.spoken.tongue import Tongue, Words
from control_plane.core.spoken.units import UNITS_EN


def _gender(found: re.Match[str]) -> str:
    """Nouns have none that a number would have to know."""
    return ""


ENGLISH: Final = Tongue(
    cardinal=numbers_en.cardinal,
    said=numbers_en.said,
    digits=numbers_en.digits,
    gender_after=_gender,
    point_parts_thousands=False,
    pairs=False,
    words=Words(
        minus="minus",
        plus="plus",
        to="to",
        by="by",
        each="per",
        of="",
        with_cents="and",
        number="number",
        and_="and",
        equals="equals",
        at="at",
        dot="dot",
        slash="slash",
        dash="dash",
        underscore="underscore",
    ),
    coins=COINS_EN,
    usual_coin="DOLLARS",
    units=UNITS_EN,
    scales={"k": "thousand", "K": "thousand", "M": "million", "mil": "thousand", "millones": "million"},
    labels=re.compile(
        r"\b(?:code|pin|order|extension|ext\.|reference|confirmation|token|account|ticket|invoice|booking|reservation|"
        r"card|policy|zip|tracking|case)(?: (?:is|number|no\.|code|ending in|#))*:? ?#?$",
        re.IGNORECASE,
    ),
)
