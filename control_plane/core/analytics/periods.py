"""Stretches of time as people count them, and which counted steps of the clock make them up.

Calls are counted by quarters of an hour, hours and days of UTC. Midnight is the border of a quarter in every zone of
the world, so any local day is made of whole quarters; and as many of them as make an hour or a day of UTC are taken as
one.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final, Literal
from zoneinfo import ZoneInfo

from control_plane.core.day import Day

QUARTER_S: Final = 900
HOUR_S: Final = 3_600
DAY_S: Final = 86_400
STEPS: Final = (QUARTER_S, HOUR_S, DAY_S)
"""How long the steps are by which calls are counted."""

Interval = Literal["hour", "day", "week", "month"]

Range = tuple[int, int]
"""Beginnings of steps: from the first, to before the second. Unix seconds."""


class TooMany(ValueError):
    """More stretches than anybody looks at."""


def widened(since: float, until: float) -> Range:
    """The smallest span of whole quarters that holds this one, one quarter at least."""
    first = int(since // QUARTER_S) * QUARTER_S
    return first, max(first + QUARTER_S, -int(-until // QUARTER_S) * QUARTER_S)


def borders(span: Range, *, interval: Interval, zone: str, limit: int) -> list[int]:
    """Where the stretches of the span begin, and the end of the last. The first and the last may be cut by the span.

    Raises TooMany, UnknownZone.
    """
    since, until = span
    found = [since]
    while found[-1] < until:
        if len(found) > limit:
            raise TooMany(f"more than {limit} of them: ask for a shorter span or longer intervals")
        found += [border for border in _next(found[-1], interval=interval, zone=zone) if border < until] or [until]
    return found


def _next(at: int, *, interval: Interval, zone: str) -> Sequence[int]:
    """Where the stretch that `at` is in ends; of hours, all ends of that day, as to look for midnight takes long."""
    day = Day.of(at, zone)
    if interval == "hour":
        first = at + HOUR_S - (at - int(day.since)) % HOUR_S
        return [*range(first, int(day.until), HOUR_S), int(day.until)]
    if interval == "day":
        return (int(day.until),)
    today = datetime.fromtimestamp(at, ZoneInfo(zone)).date()
    return (int(Day.on(_first_after(today, interval), zone).since),)


def _first_after(today: date, interval: Interval) -> date:
    """Weeks begin on Monday."""
    if interval == "week":
        return today + timedelta(days=7 - today.weekday())
    return (today.replace(day=1) + timedelta(days=32)).replace(day=1)


def pieces(stretches: Sequence[int]) -> dict[int, list[Range]]:
    """By length of step: the ranges that make up the stretches between these borders, in as few steps as can be. No
    step lies across a border."""
    found: dict[int, list[Range]] = {step: [] for step in reversed(STEPS)}
    for since, until in pairwise(stretches):
        step = until - since
        if step in found and not since % step:
            found[step].append((since, until))
        else:
            _cut(since, until, steps=STEPS[::-1], found=found)
    return {step: _joined(sorted(ranges)) for step, ranges in found.items() if ranges}


def _cut(since: int, until: int, *, steps: Sequence[int], found: dict[int, list[Range]]) -> None:
    if since >= until:
        return
    step, finer = steps[0], steps[1:]
    first, last = -(-since // step) * step, until // step * step
    if first >= last:
        _cut(since, until, steps=finer, found=found)
        return
    found[step].append((first, last))
    _cut(since, first, steps=finer, found=found)
    _cut(last, until, steps=finer, found=found)


def _joined(ranges: Iterable[Range]) -> list[Range]:
    joined: list[Range] = []
    for since, until in ranges:
        if joined and joined[-1][1] == since:
            joined[-1] = (joined[-1][0], until)
        else:
            joined.append((since, until))
    return joined


def portions(ranges: Iterable[Range], *, step: int, most: int) -> list[list[Range]]:
    """The same ranges in portions of at most `most` steps each, so that none takes long to read."""
    found: list[list[Range]] = []
    room = 0
    for since, until in ranges:
        while since < until:
            if not room:
                found.append([])
                room = most
            taken = min((until - since) // step, room)
            found[-1].append((since, since + taken * step))
            since, room = since + taken * step, room - taken
    return found
