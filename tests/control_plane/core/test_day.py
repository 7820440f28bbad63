"""A day begins at somebody's midnight, and is not always 24 hours long."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_plane.core.day import HOUR_S, Day, UnknownZone


def moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def test_a_day_begins_at_midnight_in_its_zone() -> None:
    day = Day.of(moment("2026-03-10T02:00:00+00:00"), "America/Bogota")
    assert day == Day(since=moment("2026-03-09T00:00:00-05:00"), until=moment("2026-03-10T00:00:00-05:00"))
    assert Day.on(date(2026, 3, 9), "America/Bogota") == day


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)])
def test_a_day_on_which_clocks_are_changed_is_an_hour_shorter_or_longer(day: str, hours: int) -> None:
    found = Day.on(date.fromisoformat(day), "Europe/Madrid")
    assert found.until - found.since == hours * HOUR_S
    assert len(found.hours(found.until - 1)) == hours


def test_hours_are_those_that_have_begun() -> None:
    day = Day.on(date(2026, 6, 1), "UTC")
    assert day.hours(day.since) == (day.since,)
    assert day.hours(day.since + HOUR_S) == (day.since, day.since + HOUR_S)
    assert len(day.hours(day.until + 5)) == 24


@pytest.mark.parametrize("zone", ["", "Nowhere/Land", "../../etc/passwd", "America", "\x00", "a" * 300])
def test_a_zone_has_to_exist(zone: str) -> None:
    with pytest.raises(UnknownZone):
        Day.of(0.0, zone)


@given(st.floats(0, 4e9), st.sampled_from(["America/Bogota", "Asia/Kathmandu", "America/Santiago", "Africa/Cairo"]))
def test_now_is_within_its_day(now: float, zone: str) -> None:
    day = Day.of(now, zone)
    assert day.since <= now < day.until
