"""Somebody is there by the clock on the wall, also on days on which clocks are changed."""

from datetime import datetime

import pytest

from control_plane.core.bot import Hours
from control_plane.core.day import UnknownZone
from control_plane.core.opening_hours import is_open

MONDAY, FRIDAY, SATURDAY, SUNDAY = 0, 4, 5, 6
NINE, TWO, FOUR, SIX = 9 * 60, 14 * 60, 16 * 60, 18 * 60
OFFICE = Hours(week={MONDAY: ((NINE, TWO), (FOUR, SIX)), SATURDAY: ()})
NIGHT = Hours(week={FRIDAY: ((22 * 60, 24 * 60),), SATURDAY: ((0, 3 * 60),)})
BOGOTA = "America/Bogota"
MADRID = "Europe/Madrid"


def at(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def test_without_any_day_it_is_always_open() -> None:
    assert is_open(Hours(), at("2026-03-09T03:00:00-05:00"), zone="Nowhere/Land")


@pytest.mark.parametrize(
    ("clock", "open_then"),
    [
        ("08:59:59", False),
        ("09:00:00", True),
        ("13:59:59", True),
        ("14:00:00", False),
        ("16:00:00", True),
        ("18:00:00", False),
    ],
)
def test_a_range_holds_its_first_minute_and_not_its_last(clock: str, open_then: bool) -> None:
    assert is_open(OFFICE, at(f"2026-03-09T{clock}-05:00"), zone=BOGOTA) is open_then


@pytest.mark.parametrize("day", ["2026-03-10", "2026-03-14"], ids=["not named", "named without hours"])
def test_a_day_without_hours_is_closed(day: str) -> None:
    assert not is_open(OFFICE, at(f"{day}T10:00:00-05:00"), zone=BOGOTA)


def test_the_weekday_is_that_of_the_place() -> None:
    moment = at("2026-03-09T15:00:00+00:00")
    assert is_open(OFFICE, moment, zone=BOGOTA)
    assert not is_open(OFFICE, moment, zone="Asia/Tokyo")


@pytest.mark.parametrize(
    ("moment", "open_then"),
    [
        ("2026-03-13T21:59:59-05:00", False),
        ("2026-03-13T23:59:59-05:00", True),
        ("2026-03-14T00:00:00-05:00", True),
        ("2026-03-14T03:00:00-05:00", False),
        ("2026-03-13T01:00:00-05:00", False),
    ],
)
def test_a_night_is_split_at_midnight(moment: str, open_then: bool) -> None:
    assert is_open(NIGHT, at(moment), zone=BOGOTA) is open_then


def test_hours_follow_the_clock_when_it_is_changed() -> None:
    hours = Hours(week={SUNDAY: ((NINE, TWO),)})
    for day, offset in (("2026-03-22", "+01:00"), ("2026-03-29", "+02:00"), ("2026-10-25", "+01:00")):
        assert not is_open(hours, at(f"{day}T08:59:00{offset}"), zone=MADRID)
        assert is_open(hours, at(f"{day}T09:00:00{offset}"), zone=MADRID)


def test_an_hour_that_clocks_show_twice_counts_twice_and_one_they_leave_out_not_at_all() -> None:
    hours = Hours(week={SUNDAY: ((2 * 60, 3 * 60),)})
    assert is_open(hours, at("2026-10-25T02:30:00+02:00"), zone=MADRID)
    assert is_open(hours, at("2026-10-25T02:30:00+01:00"), zone=MADRID)
    begin = at("2026-03-29T00:00:00+01:00")
    assert not any(is_open(hours, begin + minute * 60, zone=MADRID) for minute in range(23 * 60))


@pytest.mark.parametrize("zone", ["", "Nowhere/Land", "America", "\x00"])
def test_a_zone_has_to_exist(zone: str) -> None:
    with pytest.raises(UnknownZone):
        is_open(OFFICE, 0.0, zone=zone)
