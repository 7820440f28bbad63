"""Recognising dates and times."""

import pytest

from control_plane.core.spoken.clock_times import (
    DAY_FIRST,
    HOUR,
    SHORT,
    TIME,
    YEAR_FIRST,
    Day,
    Moment,
    day,
    is_padded,
    time,
)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("14:30", Moment(14, 30)),
        ("9:00 a. m.", Moment(9, half="a")),
        ("9:05P.M.", Moment(9, 5, half="p")),
        ("10:20:30Z", Moment(10, 20, 30)),
        ("8h30", Moment(8, 30)),
        ("19:45 hrs.", Moment(19, 45)),
    ],
)
def test_a_time_is_read(written: str, moment: Moment) -> None:
    found = TIME.fullmatch(written)
    assert found is not None
    assert time(found) == moment


@pytest.mark.parametrize("written", ["25:00", "9:60", "9", "9:5"])
def test_what_no_clock_shows_is_no_time(written: str) -> None:
    assert TIME.fullmatch(written) is None


def test_a_bare_hour_needs_its_half_of_the_day() -> None:
    found = HOUR.fullmatch("5 p. m.")
    assert found is not None
    assert time(found) == Moment(5, half="p")
    assert HOUR.match("5 minutos") is None


@pytest.mark.parametrize(
    ("written", "day_is_first", "expected"),
    [
        ("12/05/2026", True, Day(12, 5, 2026)),
        ("12/05/2026", False, Day(5, 12, 2026)),
        ("25/12/2026", False, Day(25, 12, 2026)),
        ("12/25/26", True, Day(25, 12, 2026)),
        ("01/02/85", True, Day(1, 2, 1985)),
        ("13/25/2026", True, None),
    ],
)
def test_day_and_month_change_places_only_where_they_must(
    written: str, day_is_first: bool, expected: Day | None
) -> None:
    found = DAY_FIRST.fullmatch(written)
    assert found is not None
    assert day(found, day_is_first=day_is_first) == expected


def test_the_international_order_is_not_turned() -> None:
    found, wrong = YEAR_FIRST.fullmatch("2026-05-12"), YEAR_FIRST.fullmatch("2026-25-12")
    assert found is not None
    assert wrong is not None
    assert day(found, day_is_first=True) == Day(12, 5, 2026)
    assert day(wrong, day_is_first=True) is None


@pytest.mark.parametrize(("written", "padded"), [("12/05", True), ("05/12", True), ("5/10", False), ("10/12", False)])
def test_a_nought_in_front_makes_a_date(written: str, padded: bool) -> None:
    found = SHORT.fullmatch(written)
    assert found is not None
    assert is_padded(found) is padded
