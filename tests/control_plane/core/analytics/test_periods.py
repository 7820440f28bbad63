from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_plane.core.analytics.periods import (
    DAY_S,
    HOUR_S,
    QUARTER_S,
    STEPS,
    Interval,
    TooMany,
    borders,
    pieces,
    portions,
    widened,
)
from control_plane.core.day import UnknownZone

ZONES = ["UTC", "America/Bogota", "Europe/Madrid", "Asia/Kathmandu", "Asia/Kolkata", "Australia/Lord_Howe"]


def at(*when: int, zone: str = "UTC") -> int:
    return int(datetime(*when, tzinfo=ZoneInfo(zone)).timestamp())  # type: ignore[arg-type, misc]


def test_a_span_is_widened_to_whole_quarters() -> None:
    assert widened(901.5, 1799.0) == (900, 1800)
    assert widened(900.0, 900.0) == (900, 1800)
    assert widened(0.0, 1800.0) == (0, 1800)


def test_a_day_on_which_clocks_are_changed_has_its_own_length() -> None:
    span = (at(2026, 3, 28, zone="Europe/Madrid"), at(2026, 3, 31, zone="Europe/Madrid"))
    found = borders(span, interval="day", zone="Europe/Madrid", limit=10)
    assert [(b - a) // HOUR_S for a, b in pairwise(found)] == [24, 23, 24]


def test_weeks_begin_on_monday_and_months_on_the_first_and_the_span_cuts_both() -> None:
    span = (at(2026, 1, 30), at(2026, 2, 12))
    week = borders(span, interval="week", zone="UTC", limit=10)
    assert week == [span[0], at(2026, 2, 2), at(2026, 2, 9), span[1]]
    assert borders(span, interval="month", zone="UTC", limit=10) == [span[0], at(2026, 2, 1), span[1]]


def test_hours_begin_where_the_day_of_the_zone_has_them() -> None:
    since = at(2026, 1, 1, zone="Asia/Kathmandu")
    assert borders((since, since + 2 * HOUR_S), interval="hour", zone="Asia/Kathmandu", limit=9) == [
        since,
        since + HOUR_S,
        since + 2 * HOUR_S,
    ]
    assert since % HOUR_S == QUARTER_S


def test_more_stretches_than_anybody_looks_at_are_refused() -> None:
    with pytest.raises(TooMany, match="more than 5"):
        borders((0, 10 * DAY_S), interval="day", zone="UTC", limit=5)


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(UnknownZone):
        borders((0, DAY_S), interval="day", zone="Nowhere/Land", limit=5)


def test_a_span_is_days_in_the_middle_and_smaller_steps_at_its_ends() -> None:
    found = pieces([at(2026, 1, 1, 22, 45), at(2026, 1, 4, 1, 15)])
    assert found == {
        DAY_S: [(at(2026, 1, 2), at(2026, 1, 4))],
        HOUR_S: [(at(2026, 1, 1, 23), at(2026, 1, 2)), (at(2026, 1, 4), at(2026, 1, 4, 1))],
        QUARTER_S: [(at(2026, 1, 1, 22, 45), at(2026, 1, 1, 23)), (at(2026, 1, 4, 1), at(2026, 1, 4, 1, 15))],
    }


@given(
    st.integers(0, 40 * DAY_S // QUARTER_S),
    st.integers(1, 70 * DAY_S // QUARTER_S),
    st.sampled_from(ZONES),
    st.sampled_from(["hour", "day", "week", "month"]),
)
def test_pieces_cover_every_stretch_once_and_cross_no_border(
    first: int, length: int, zone: str, interval: Interval
) -> None:
    begin = int(datetime(2026, 3, 1, tzinfo=UTC).timestamp())
    span = (begin + first * QUARTER_S, begin + (first + length) * QUARTER_S)
    stretches = borders(span, interval=interval, zone=zone, limit=10_000)
    covered = []
    for step, ranges in pieces(stretches).items():
        for since, until in ranges:
            covered += [(start, start + step) for start in range(since, until, step)]
    covered.sort()
    assert covered[0][0] == span[0]
    assert covered[-1][1] == span[1]
    assert all(before[1] == after[0] for before, after in pairwise(covered))
    assert set(stretches) <= {since for since, _ in covered} | {span[1]}
    assert all(since % (until - since) == 0 and until - since in STEPS for since, until in covered)


@given(st.lists(st.integers(1, 30), max_size=6), st.integers(1, 20))
def test_portions_are_small_and_leave_nothing_out(lengths: list[int], most: int) -> None:
    ranges, begin = [], 0
    for length in lengths:
        ranges.append((begin, begin + length * QUARTER_S))
        begin += (length + 1) * QUARTER_S
    found = portions(ranges, step=QUARTER_S, most=most)
    assert all(sum(until - since for since, until in part) <= most * QUARTER_S for part in found)
    steps = [start for part in found for since, until in part for start in range(since, until, QUARTER_S)]
    assert steps == [start for since, until in ranges for start in range(since, until, QUARTER_S)]
