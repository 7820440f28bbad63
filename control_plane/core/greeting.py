"""The filling-in of fixed sentences with what is known about the person called."""

import re
from collections.abc import Mapping
from typing import Final

from control_plane.core.bot import Bot, PartOfDay

MAX_VALUE: Final = 80
"""Characters of a variable that are spoken at most."""

_MORNING: Final = range(5, 12)
_AFTERNOON: Final = range(12, 19)
_OPTIONAL: Final = re.compile(r"\[([^\[\]]*)\]")
_VARIABLE: Final = re.compile(r"\{(\w+)\}")
_VARIABLE_WITH_LEAD: Final = re.compile(r"(,?\s*)\{(\w+)\}")


def part_of_day(hour: int) -> PartOfDay:
    """Morning from 5, afternoon from 12, night from 19 o'clock. Raises ValueError unless 0 <= hour <= 23."""
    if not 0 <= hour <= 23:
        raise ValueError(f"not an hour of the day: {hour}")
    if hour in _MORNING:
        return PartOfDay.MORNING
    return PartOfDay.AFTERNOON if hour in _AFTERNOON else PartOfDay.NIGHT


def greeting(bot: Bot, hour: int, *, variables: Mapping[str, object]) -> str:
    """How the bot opens the call at this hour (0-23, where the hearer lives)."""
    return render(bot.greetings[part_of_day(hour)], variables)


def render(template: str, variables: Mapping[str, object]) -> str:
    """Fill `{name}` from the variables; a value is only ever text, whatever braces or brackets it holds.

    A part in square brackets is left out when a variable in it is missing or blank (`[¿Hablo con {nombre}? ]`).
    Elsewhere a missing variable goes with the comma and space before it: `Hola, {nombre}.` becomes `Hola.`
    """
    known = {name: text for name, value in variables.items() if (text := _spoken(value))}

    def keep_optional(match: re.Match[str]) -> str:
        part = match.group(1)
        return part if all(name in known for name in _VARIABLE.findall(part)) else ""

    def fill(match: re.Match[str]) -> str:
        lead, name = match.groups()
        return f"{lead}{known[name]}" if name in known else ""

    # The brackets are resolved before any value is in the text: a value cannot open or close one.
    filled = _VARIABLE_WITH_LEAD.sub(fill, _OPTIONAL.sub(keep_optional, template))
    sentence = re.sub(r"\s+", " ", filled).lstrip(" ,;:.").rstrip()
    return sentence[:1].upper() + sentence[1:]


def _spoken(value: object) -> str:
    """A value as it may be spoken: printable, on one line, of a bounded length; empty for None."""
    text = "" if value is None else str(value)
    printable = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(printable.split())[:MAX_VALUE].rstrip()
