"""When somebody works: hours of the week on the clock of their own place, and days that are different."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

DAY_MINUTES: Final = 24 * 60


@dataclass(frozen=True, slots=True)
class Span:
    """Minutes since midnight, as clocks on the wall show them; `until` is not in it. One that ends before it begins
    goes on past midnight."""

    since: int
    until: int

    @classmethod
    def told(cls, start: str, end: str) -> Self:
        """From `09:00` and `24:00`. Raises ValueError."""
        return cls(minutes(start), minutes(end))

    @property
    def overnight(self) -> bool:
        return self.until <= self.since


def minutes(clock: str) -> int:
    """Raises ValueError for anything but `00:00` to `24:00`."""
    hour, _, minute = clock.partition(":")
    if len(hour) != 2 or len(minute) != 2 or not (hour + minute).isascii() or not (hour + minute).isdigit():
        raise ValueError("a time of the day such as 09:30")
    total = int(hour) * 60 + int(minute)
    if int(minute) > 59 or total > DAY_MINUTES:
        raise ValueError("a time of the day such as 09:30")
    return total


Spans = tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """`week` by the names in DAYS; a day that is not in it is free. With no week at all every hour is one of work.

    `exceptions` take the place of what the week says for their date. A night belongs to the day that it began on.
    """

    zone: str
    week: Mapping[str, Spans] = field(default_factory=dict)
    exceptions: Mapping[date, Spans] = field(default_factory=dict)

    @classmethod
    def stored(cls, told: Mapping[str, Any]) -> Self:
        """From the JSON of a seller's `availability`; without a zone there are no hours either. Raises ValueError."""
        return cls(
            zone=told.get("zone") or "UTC",
            week={day: _spans(spans) for day, spans in told.get("week", {}).items()},
            exceptions={date.fromisoformat(each["date"]): _spans(each["hours"]) for each in told.get("exceptions", ())},
        )

    def working(self, at: float) -> bool:
        """Whether the moment (unix seconds) is one of work: what counts is the clock on the wall. An hour that it shows
        twice is worked twice, one that it leaves out is not. False where the zone is not known."""
        try:
            local = datetime.fromtimestamp(at, ZoneInfo(self.zone))
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return False
        now, today = local.hour * 60 + local.minute, local.date()
        if any(span.since <= now and (span.overnight or now < span.until) for span in self._of(today)):
            return True
        return any(span.overnight and now < span.until for span in self._of(today - timedelta(days=1)))

    def _of(self, day: date) -> Spans:
        if day in self.exceptions:
            return self.exceptions[day]
        if not self.week:
            return (Span(0, DAY_MINUTES),)
        return self.week.get(DAYS[day.weekday()], ())


def _spans(told: Any) -> Spans:
    return tuple(Span.told(each["start"], each["end"]) for each in told)
