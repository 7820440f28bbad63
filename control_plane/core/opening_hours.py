"""Whether somebody is there: hours of the week, on the clock of one place."""

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from control_plane.core.bot import Hours
from control_plane.core.day import UnknownZone


def is_open(hours: Hours, at: float, *, zone: str) -> bool:
    """Whether `at` (unix seconds) is within the hours, as clocks on the wall in `zone` show it.

    An hour that clocks show twice counts twice, one that they leave out not at all. A night is two ranges, until 24:00
    and from 0:00 of the next day. Raises UnknownZone.
    """
    if not hours.week:
        return True
    try:
        there = datetime.fromtimestamp(at, ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UnknownZone("zone: not a name of the time zone database") from None
    minute = there.hour * 60 + there.minute
    return any(opens <= minute < closes for opens, closes in hours.week.get(there.weekday(), ()))
