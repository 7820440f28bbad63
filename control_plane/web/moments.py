"""Moments and days as clients name them in an address."""

from datetime import date, datetime
from typing import Final

from control_plane.core.day import Day

LATEST: Final = 32_503_680_000.0
"""The year 3000."""


def moment(name: str, text: str, *, zone: str) -> tuple[float | None, float | None]:
    """Unix seconds of the beginning and end of what a text names; a moment begins and ends at once.

    Raises ValueError with a text for the client.
    """
    if not text:
        return None, None
    try:
        if len(text) == len("2026-01-31") and text.count("-") == 2:
            day = Day.on(date.fromisoformat(text), zone)
            return day.since, day.until
        at = datetime.fromisoformat(text).timestamp() if "-" in text else float(text)
    except (ValueError, OverflowError):
        raise ValueError(f"{name}: neither unix seconds nor an ISO date") from None
    if not 0 <= at < LATEST:
        raise ValueError(f"{name}: not a time of ours")
    return at, at
