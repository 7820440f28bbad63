"""How orders are numbered: by the year in which they were made, each year from one."""

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def year_of(at: float, zone: str) -> int:
    """On the calendar of the tenant's zone; of UTC when it has none."""
    return datetime.fromtimestamp(at, _zone(zone)).year


def order_number(year: int, count: int) -> str:
    """`2026-000123`; longer from the millionth on."""
    return f"{year}-{count:06d}"


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC
