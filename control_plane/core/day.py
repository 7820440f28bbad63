"""When a day begins and ends somewhere."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

HOUR_S: Final = 3600


class UnknownZone(ValueError):
    """Not a name of the tz database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A calendar day in one time zone, in unix seconds; `until` is not in it. When clocks are changed it has 23 or 25
    hours."""

    since: float
    until: float

    @classmethod
    def of(cls, now: float, zone: str) -> Self:
        """The day that `now` is in. Raises UnknownZone."""
        return cls.on(datetime.fromtimestamp(now, _zone(zone)).date(), zone)

    @classmethod
    def on(cls, day: date, zone: str) -> Self:
        """Raises UnknownZone."""
        where = _zone(zone)
        since, until = (datetime.combine(begin, time(), where) for begin in (day, day + timedelta(days=1)))
        return cls(since=since.timestamp(), until=until.timestamp())

    def hours(self, now: float) -> tuple[float, ...]:
        """Beginnings of the hours of this day until now."""
        count = int((min(now, self.until - 1) - self.since) // HOUR_S) + 1
        return tuple(self.since + hour * HOUR_S for hour in range(count))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UnknownZone("zone: not a name of the time zone database") from None
