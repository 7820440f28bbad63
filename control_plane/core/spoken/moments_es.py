"""How dates and times of day are said in Spanish."""

import re
from typing import Final

from control_plane.core.spoken import clock_times
from control_plane.core.spoken.clock_times import DAY_FIRST, HOUR, SHORT, TIME, YEAR_FIRST, Day, Moment
from control_plane.core.spoken.numbers_es import cardinal
from control_plane.core.spoken.tongue import Manner, Rule

MONTHS: Final = [
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
]
_SHORT: Final = {name[:3]: name for name in MONTHS} | {
    "sept": "septiembre",
    "set": "septiembre",
    "setiembre": "setiembre",
}
_NAMES: Final = "|".join((*MONTHS, "setiembre"))
_ABBREVIATED: Final = "|".join(sorted(_SHORT, key=len, reverse=True))
_DAY_OF: Final = re.compile(rf"(?P<day>[0-3]?[0-9])(?=\s+de\s+(?:{_NAMES})\b)", re.IGNORECASE)
_NAMED: Final = re.compile(
    rf"(?P<day>[0-3]?[0-9])(?:\s|-|/)(?P<month>{_NAMES}|(?:{_ABBREVIATED})(?![^\W_])\.?)"
    r"(?:(?:\s+de\s+|\s+del\s+|\s|-|/)(?P<year>[12][0-9]{3})(?![0-9]))?(?![^\W_])",
    re.IGNORECASE,
)
_IS_A_DATE: Final = re.compile(
    r"(?:\b(?:el|al|del|día|fecha|lunes|martes|miércoles|jueves|viernes|sábado|domingo),? )$", re.IGNORECASE
)
_HOURS: Final = re.compile(r"\s+horas(?![^\W_])", re.IGNORECASE)
_OF_SOMETHING: Final = re.compile(r" del? ")
_SAID_ALREADY: Final = re.compile(r"\s+(?:de|por) la |\s+del día", re.IGNORECASE)


def date(day: Day) -> str:
    first = "primero" if day.day == 1 else cardinal(day.day)
    year = f" de {cardinal(day.year)}" if day.year else ""
    return f"{first} de {MONTHS[day.month - 1]}{year}"


def time(moment: Moment, *, named: bool = False) -> str:
    """`named`: the text goes on with the part of the day."""
    hour = moment.hour % 12 or 12
    said = [cardinal(hour, "f")]
    if moment.minute:
        said.append({15: "y cuarto", 30: "y media"}.get(moment.minute) or f"y {cardinal(moment.minute)}")
    if moment.second:
        said.append(f"con {cardinal(moment.second)} segundos")
    part = "" if named else _part_of_day(moment)
    return " ".join((*said, part) if part else said)


def _part_of_day(moment: Moment) -> str:
    """Nothing for a morning hour without a. m.: people write 3:00 for the afternoon too."""
    hour = moment.hour
    if moment.half:
        hour = hour % 12 + (12 if moment.half == "p" else 0)
    elif 1 <= hour <= 12:
        return ""
    if hour in (0, 24):
        return "de la noche"
    if hour == 12:
        return "de la tarde" if moment.minute else "del día"
    return "de la mañana" if hour < 12 else "de la tarde" if hour < 19 else "de la noche"


def _say_time(found: re.Match[str], manner: Manner) -> str:
    moment = clock_times.time(found)
    if _HOURS.match(found.string, found.end()):
        return " ".join((cardinal(moment.hour, "f"), cardinal(moment.minute) if moment.minute else "")).strip()
    return time(moment, named=bool(_SAID_ALREADY.match(found.string, found.end())))


def _say_date(found: re.Match[str], manner: Manner) -> str | None:
    day = clock_times.day(found, day_is_first=True)
    if day is None:
        return None
    return date(day) + (", " if found[0].endswith("T") else "")


def _say_short(found: re.Match[str], manner: Manner) -> str | None:
    begin = found.start()
    if _OF_SOMETHING.match(found.string, found.end()):
        return None
    if clock_times.is_padded(found) or _IS_A_DATE.search(found.string, max(0, begin - 12), begin):
        return _say_date(found, manner)
    return None


def _say_day(found: re.Match[str], manner: Manner) -> str:
    return "primero" if int(found["day"]) == 1 else cardinal(int(found["day"]))


def _say_named(found: re.Match[str], manner: Manner) -> str | None:
    month = found["month"].lower().rstrip(".")
    day = "primero" if int(found["day"]) == 1 else cardinal(int(found["day"]))
    year = f" de {cardinal(int(found['year']))}" if found["year"] else ""
    return f"{day} de {_SHORT.get(month, month)}{year}"


MOMENTS: Final = (
    Rule(YEAR_FIRST, _say_date),
    Rule(DAY_FIRST, _say_date),
    Rule(SHORT, _say_short),
    Rule(_DAY_OF, _say_day),
    Rule(_NAMED, _say_named),
    Rule(TIME, _say_time),
    Rule(HOUR, _say_time),
)
