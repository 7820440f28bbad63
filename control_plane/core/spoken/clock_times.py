"""How written times of day and dates are recognised, in any language."""

import re
from typing import Final, NamedTuple

HALF_DAY: Final = r"(?P<half>[aApP])(?:\.\s?|\s)?[mM](?:\.|(?![^\W_]))(?![^\W_])"
TIME: Final = re.compile(
    r"(?P<hour>[01]?[0-9]|2[0-4])(?::(?P<minute>[0-5][0-9])(?::(?P<second>[0-5][0-9])Z?)?|[hH](?P<after_h>[0-5][0-9]))"
    rf"(?![0-9])(?:\s?{HALF_DAY}|\s?(?:hrs?|hs|h)(?![^\W_])\.?)?"
)
HOUR: Final = re.compile(rf"(?P<hour>0?[1-9]|1[0-2])\s?{HALF_DAY}")
DAY_FIRST: Final = re.compile(
    r"(?P<first>[0-9]{1,2})(?P<mark>[/.-])(?P<second>[0-9]{1,2})(?P=mark)(?P<year>[0-9]{4}|[0-9]{2})(?![0-9]|[/.-][0-9])"
)
YEAR_FIRST: Final = re.compile(
    r"(?P<year>[0-9]{4})(?P<mark>[/.-])(?P<first>[0-9]{1,2})(?P=mark)(?P<second>[0-9]{1,2})(?:T(?=[0-9])|(?![0-9]|[/.-][0-9]))"
)
SHORT: Final = re.compile(r"(?P<first>[0-9]{1,2})/(?P<second>[0-9]{1,2})(?![0-9/])")

_LATEST: Final = 50
"""Years of two digits from here on are those of the last century: dates of birth."""


class Day(NamedTuple):
    """A date; `year` 0 when none was written."""

    day: int
    month: int
    year: int = 0


class Moment(NamedTuple):
    """A time of day; `half` "a" or "p", empty on a clock of 24 hours or when nobody said."""

    hour: int
    minute: int = 0
    second: int = 0
    half: str = ""


def time(found: re.Match[str]) -> Moment:
    """Of a match of TIME or HOUR."""
    parts = found.groupdict()
    minute = parts.get("minute") or parts.get("after_h") or 0
    return Moment(int(parts["hour"]), int(minute), int(parts.get("second") or 0), (parts["half"] or "").lower())


def day(found: re.Match[str], *, day_is_first: bool) -> Day | None:
    """Of a match of DAY_FIRST, YEAR_FIRST or SHORT; None when there is no such day.

    Day and month change places when only the other order makes a date.
    """
    parts = found.groupdict()
    first, second, year = int(parts["first"]), int(parts["second"]), int(parts.get("year") or 0)
    if len(parts.get("year") or "") == 2:
        year += 2000 if year < _LATEST else 1900
    orders = [(second, first)] if found.re is YEAR_FIRST else [(first, second), (second, first)]
    if len(orders) > 1 and not day_is_first:
        orders.reverse()
    for number, month in orders:
        if 1 <= number <= 31 and 1 <= month <= 12:
            return Day(number, month, year)
    return None


def is_padded(found: re.Match[str]) -> bool:
    """Whether two numbers with a stroke between them look like day and month: 12/05, not 5/10."""
    first, second = found["first"], found["second"]
    return len(first) == len(second) == 2 and (first.startswith("0") or second.startswith("0"))
