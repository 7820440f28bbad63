"""When somebody works, on the clock of their place."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_plane.core.sellers.hours import DAYS, Hours, Span, minutes

OFFICE = {day: (Span.told("09:00", "13:00"), Span.told("14:00", "18:00")) for day in DAYS[:5]}


def at(zone: str, *when: int, fold: int = 0) -> float:
    return datetime(*when, tzinfo=ZoneInfo(zone), fold=fold).timestamp()  # type: ignore[arg-type,misc]


BOGOTA, MADRID, SANTIAGO = "America/Bogota", "Europe/Madrid", "America/Santiago"


@pytest.mark.parametrize(
    ("hour", "minute", "working"),
    [(8, 59, False), (9, 0, True), (12, 59, True), (13, 0, False), (14, 0, True), (17, 59, True), (18, 0, False)],
)
def test_a_span_holds_from_its_beginning_to_just_before_its_end(hour: int, minute: int, working: bool) -> None:
    monday = Hours(zone=BOGOTA, week=OFFICE)
    assert monday.working(at(BOGOTA, 2026, 3, 2, hour, minute)) is working


def test_the_hours_are_those_of_the_sellers_zone() -> None:
    nine_in_madrid = at(MADRID, 2026, 3, 2, 9, 30)
    assert Hours(zone=MADRID, week=OFFICE).working(nine_in_madrid)
    assert not Hours(zone=BOGOTA, week=OFFICE).working(nine_in_madrid)


def test_a_day_that_is_not_in_the_week_is_free() -> None:
    assert not Hours(zone=BOGOTA, week=OFFICE).working(at(BOGOTA, 2026, 3, 1, 10, 0))


def test_without_a_week_every_hour_is_one_of_work() -> None:
    assert Hours(zone=BOGOTA).working(at(BOGOTA, 2026, 3, 1, 3, 0))
    assert Hours(zone=BOGOTA).working(at(BOGOTA, 2026, 3, 1, 23, 59))


def test_an_exception_takes_the_place_of_the_week() -> None:
    christmas, bridge = date(2026, 12, 25), date(2026, 12, 26)
    hours = Hours(zone=BOGOTA, week=OFFICE, exceptions={christmas: (), bridge: (Span.told("10:00", "12:00"),)})
    assert not hours.working(at(BOGOTA, 2026, 12, 25, 10, 0)), "a Friday, but free"
    assert hours.working(at(BOGOTA, 2026, 12, 26, 11, 0)), "a Saturday, but worked"
    assert not Hours(zone=BOGOTA, exceptions={christmas: ()}).working(at(BOGOTA, 2026, 12, 25, 10, 0))


def test_a_night_belongs_to_the_day_that_it_began_on() -> None:
    hours = Hours(zone=BOGOTA, week={"fri": (Span.told("22:00", "06:00"),)})
    assert hours.working(at(BOGOTA, 2026, 3, 6, 23, 0))
    assert hours.working(at(BOGOTA, 2026, 3, 7, 5, 59)), "Saturday morning, of the night from Friday"
    assert not hours.working(at(BOGOTA, 2026, 3, 7, 6, 0))
    assert not hours.working(at(BOGOTA, 2026, 3, 6, 5, 0)), "the night from Thursday is free"


def test_an_exception_ends_the_night_that_would_begin_on_it_alone() -> None:
    night = {day: (Span.told("22:00", "06:00"),) for day in DAYS}
    hours = Hours(zone=BOGOTA, week=night, exceptions={date(2026, 3, 6): ()})
    assert hours.working(at(BOGOTA, 2026, 3, 6, 5, 0)), "began on the fifth"
    assert not hours.working(at(BOGOTA, 2026, 3, 6, 23, 0))
    assert not hours.working(at(BOGOTA, 2026, 3, 7, 5, 0))


def test_an_hour_that_the_clock_shows_twice_is_worked_twice() -> None:
    """On 25 October 2026 the clocks of Madrid go from 3:00 back to 2:00."""
    hours = Hours(zone=MADRID, week={"sun": (Span.told("02:00", "03:00"),)})
    first, second = at(MADRID, 2026, 10, 25, 2, 30), at(MADRID, 2026, 10, 25, 2, 30, fold=1)
    assert second - first == 3600
    assert hours.working(first)
    assert hours.working(second)
    assert not hours.working(second + 1800)


def test_an_hour_that_the_clock_leaves_out_is_not_worked() -> None:
    """On 29 March 2026 the clocks of Madrid go from 2:00 to 3:00."""
    hours = Hours(zone=MADRID, week={"sun": (Span.told("02:00", "03:00"),)})
    before = at(MADRID, 2026, 3, 29, 1, 59)
    assert not any(hours.working(before + seconds) for seconds in range(0, 7200, 60))


def test_office_hours_stay_on_the_wall_when_clocks_are_changed() -> None:
    hours = Hours(zone=MADRID, week=OFFICE)
    winter, summer = datetime(2026, 3, 27, 8, 30, tzinfo=UTC), datetime(2026, 3, 30, 8, 30, tzinfo=UTC)
    assert hours.working(winter.timestamp()), "9:30 in winter"
    assert hours.working(summer.timestamp()), "10:30 in summer"
    assert not hours.working(winter.timestamp() - 3600), "8:30"
    assert hours.working(summer.timestamp() - 3600), "9:30"


def test_a_day_that_has_no_midnight_is_still_a_day() -> None:
    """On 6 September 2026 the clocks of Santiago go from 24:00 to 1:00."""
    hours = Hours(zone=SANTIAGO, week={"sun": (Span.told("00:00", "24:00"),)})
    first = at(SANTIAGO, 2026, 9, 6, 1, 0)
    assert hours.working(first)
    assert not hours.working(first - 60)
    assert hours.working(first + 23 * 3600 - 60)
    assert not hours.working(first + 23 * 3600)


def test_nobody_works_in_a_zone_that_there_is_not() -> None:
    assert not Hours(zone="Mars/Olympus").working(0.0)
    assert not Hours(zone="../etc").working(0.0)


def test_it_is_read_from_what_is_stored() -> None:
    told = {
        "zone": BOGOTA,
        "week": {"mon": [{"start": "09:00", "end": "24:00"}]},
        "exceptions": [{"date": "2026-03-02", "hours": [{"start": "10:00", "end": "11:00"}]}],
    }
    hours = Hours.stored(told)
    assert hours.zone == BOGOTA
    assert hours.week == {"mon": (Span(540, 1440),)}
    assert hours.exceptions == {date(2026, 3, 2): (Span(600, 660),)}
    assert Hours.stored({"zone": ""}) == Hours(zone="UTC")


@pytest.mark.parametrize("clock", ["9:00", "25:00", "24:01", "12:60", "", "ab:cd", "12-30", "+1:00", "١٢:٠٠"])
def test_what_is_no_time_of_the_day_is_refused(clock: str) -> None:
    with pytest.raises(ValueError, match="time of the day"):
        minutes(clock)


@given(st.integers(0, 2**31), st.sampled_from([BOGOTA, MADRID, SANTIAGO, "Asia/Kolkata", "Australia/Lord_Howe"]))
def test_a_whole_day_is_worked_whenever_and_wherever(moment: int, zone: str) -> None:
    whole = Hours(zone=zone, week={day: (Span.told("00:00", "24:00"),) for day in DAYS})
    round_the_clock = Hours(zone=zone, week={day: (Span.told("07:00", "07:00"),) for day in DAYS})
    assert whole.working(float(moment))
    assert round_the_clock.working(float(moment)), "from seven to seven is a day and a night"
