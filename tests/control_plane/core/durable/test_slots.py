"""The times at which repeated work is due."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from control_plane.core.durable.slots import Daily, Every

MEXICO = "America/Mexico_City"


def at(text: str, zone: str = "UTC") -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


@pytest.mark.parametrize(("now", "slot"), [(0.0, 0), (59.9, 0), (60.0, 60), (3601.5, 3600)])
def test_multiples_are_counted_from_1970(now: float, slot: int) -> None:
    assert Every(seconds=60).latest(now) == slot


def test_a_time_of_day_is_yesterdays_until_it_has_come() -> None:
    daily = Daily(hour=3, minute=10, zone=MEXICO)
    assert daily.latest(at("2026-11-20 03:09:59", MEXICO)) == at("2026-11-19 03:10", MEXICO)
    assert daily.latest(at("2026-11-20 03:10:00", MEXICO)) == at("2026-11-20 03:10", MEXICO)


def test_a_time_that_a_day_leaves_out_comes_an_hour_later() -> None:
    daily = Daily(hour=2, minute=30, zone="Europe/Madrid")
    assert daily.latest(at("2026-03-29 12:00", "Europe/Madrid")) == at("2026-03-29 03:30", "Europe/Madrid")


def test_a_time_that_a_day_has_twice_comes_once() -> None:
    daily = Daily(hour=2, minute=30, zone="Europe/Madrid")
    slots = {daily.latest(at("2026-10-25 00:00") + minute * 60) for minute in range(0, 300, 5)}
    assert slots == {int(at("2026-10-25 00:30")), int(at("2026-10-24 00:30"))}


def test_times_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="once a second"):
        Every(seconds=0)
    with pytest.raises(ValueError, match="hour must be"):
        Daily(hour=24)
    with pytest.raises(KeyError):
        Daily(hour=3, zone="Europe/Nowhere")
