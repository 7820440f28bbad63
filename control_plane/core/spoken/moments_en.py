"""How dates, years and times of day are said in English."""

import re
from typing import Final

from control_plane.core.spoken import clock_times
from control_plane.core.spoken.clock_times import DAY_FIRST, HOUR, SHORT, TIME, YEAR_FIRST, Day, Moment
from control_plane.core.spoken.numbers_en import cardinal, decade, ordinal, year
from control_plane.core.spoken.tongue import Manner, Rule

MONTHS: Final = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_SHORT: Final = {name[:3]: name for name in MONTHS if name != "May"} | {"Sept": "September"}
_NAMES: Final = "|".join((*MONTHS, *sorted(_SHORT, key=len, reverse=True)))
_NAMED: Final = re.compile(
    rf"(?P<month>{_NAMES})\b\.?\s(?P<day>[0-3]?[0-9])(?:st|nd|rd|th)?(?![0-9:]|[.,/][0-9]|\s?[ap]\.?m|[^\W_])"
    r"(?:,?\s(?P<year>[12][0-9]{3})(?![0-9]))?"
)
_DAY_NAMED: Final = re.compile(
    rf"(?P<day>[0-3]?[0-9])(?:st|nd|rd|th)?(?:\s(?:of\s)?|-)(?P<month>{_NAMES})\b(?:\.(?=\s[a-z0-9]))?"
    r"(?:(?:,?\s|-)(?P<year>[12][0-9]{3})(?![0-9]))?"
)
_MONTH_YEAR: Final = re.compile(
    rf"(?P<month>{_NAMES})\b\.?,?\s(?P<year>1[1-9][0-9]{{2}}|20[0-9]{{2}})(?![^\W_]|[.,][0-9])"
)
_YEAR: Final = re.compile(r"(?P<year>1[1-9][0-9]{2}|20[0-9]{2})(?![^\W_]|[.,%][0-9]|%)")
_DECADE: Final = re.compile(r"['’]?(?P<year>[12][0-9][0-9]0|[2-9]0)['’]?s(?![^\W_])")
_YEAR_AFTER: Final = re.compile(r"[-–]20[0-9]{2}(?![0-9])")
_BEFORE_A_YEAR: Final = re.compile(
    r"(?:\b(?:in|since|until|by|year|of|from|before|after|during|spring|summer|fall|winter|©) |20[0-9]{2}[-–])$",
    re.IGNORECASE,
)
_IS_A_DATE: Final = re.compile(
    r"\b(?:on|by|until|before|after|since|date|monday|tuesday|wednesday|thursday|friday|saturday|sunday),? $",
    re.IGNORECASE,
)


def date(day: Day) -> str:
    ending = f", {year(day.year)}" if day.year else ""
    return f"{MONTHS[day.month - 1]} {ordinal(day.day)}{ending}"


def time(moment: Moment) -> str:
    hour = cardinal(moment.hour % 12 or 12)
    half = moment.half or ("p" if moment.hour > 12 and moment.hour != 24 else "a" if moment.hour in (0, 24) else "")
    if moment.minute:
        said = f"{hour} {'oh ' if moment.minute < 10 else ''}{cardinal(moment.minute)}"
    else:
        said = hour if half else f"{hour} o'clock"
    if moment.second:
        said = f"{said} and {cardinal(moment.second)} seconds"
    return f"{said} {half.upper()}M" if half else said


def _say_time(found: re.Match[str], manner: Manner) -> str:
    said = time(clock_times.time(found))
    return said.removesuffix(" o'clock") if found.string.startswith(" o'clock", found.end()) else said


def _say_date(found: re.Match[str], manner: Manner) -> str | None:
    day = clock_times.day(found, day_is_first=False)
    if day is None:
        return None
    return date(day) + (" at" if found[0].endswith("T") else "")


def _say_short(found: re.Match[str], manner: Manner) -> str | None:
    begin = found.start()
    if clock_times.is_padded(found) or _IS_A_DATE.search(found.string, max(0, begin - 12), begin):
        return _say_date(found, manner)
    return None


def _say_named(found: re.Match[str], manner: Manner) -> str:
    month = _SHORT.get(found["month"], found["month"])
    ending = f", {year(int(found['year']))}" if found["year"] else ""
    return f"{month} {ordinal(int(found['day']))}{ending}"


def _say_day_named(found: re.Match[str], manner: Manner) -> str:
    month = _SHORT.get(found["month"], found["month"])
    ending = f", {year(int(found['year']))}" if found["year"] else ""
    return f"{ordinal(int(found['day']))} of {month}{ending}"


def _say_month_year(found: re.Match[str], manner: Manner) -> str:
    return f"{_SHORT.get(found['month'], found['month'])} {year(int(found['year']))}"


def _say_year(found: re.Match[str], manner: Manner) -> str | None:
    begin, text = found.start(), found.string
    if _YEAR_AFTER.match(text, found.end()) or _BEFORE_A_YEAR.search(text, max(0, begin - 8), begin):
        return year(int(found["year"]))
    return None


def _say_decade(found: re.Match[str], manner: Manner) -> str:
    return decade(int(found["year"]))


MOMENTS: Final = (
    Rule(YEAR_FIRST, _say_date),
    Rule(DAY_FIRST, _say_date),
    Rule(SHORT, _say_short),
    Rule(_DAY_NAMED, _say_day_named),
    Rule(TIME, _say_time),
    Rule(HOUR, _say_time),
    Rule(_DECADE, _say_decade),
    Rule(_YEAR, _say_year),
)
MONTHS_FIRST: Final = (Rule(_NAMED, _say_named), Rule(_MONTH_YEAR, _say_month_year))
"""Rules for a text that begins with the name of a month."""
MONTH_NAMES: Final = _NAMES
