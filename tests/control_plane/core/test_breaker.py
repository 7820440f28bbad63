"""When a breaker opens, whom it lets through, and how it closes again."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_plane.core.breaker import Breaker, BreakerPolicy, BreakerState

CLOSED, OPEN, HALF = BreakerState.CLOSED, BreakerState.OPEN, BreakerState.HALF_OPEN
POLICY = BreakerPolicy(failures=3, share=0.5, window_s=30, cool_down_s=5, longest_cool_down_s=40, probe_s=10)


def tripped(at: float = 100.0) -> Breaker:
    """One that opened at this time."""
    breaker = Breaker(POLICY)
    for _ in range(3):
        breaker.failed(at, since=at)
    return breaker


def test_a_new_breaker_lets_everybody_through() -> None:
    breaker = Breaker()
    assert breaker.state(0) is CLOSED
    assert all(breaker.admit(0) for _ in range(100))


def test_it_opens_with_the_last_of_so_many_failures() -> None:
    breaker = Breaker(POLICY)
    for _ in range(2):
        breaker.failed(1, since=0)
        assert breaker.state(1) is CLOSED
    breaker.failed(2, since=1)
    assert breaker.state(2) is OPEN
    assert not breaker.admit(2)


def test_failures_that_are_few_among_many_do_not_open_it() -> None:
    breaker = Breaker(POLICY)
    for _ in range(10):
        breaker.succeeded(1, since=0)
    for _ in range(9):
        breaker.failed(2, since=1)
        assert breaker.state(2) is CLOSED
    breaker.failed(2, since=1)
    assert breaker.state(2) is OPEN


def test_failures_that_lie_apart_do_not_open_it() -> None:
    breaker = Breaker(POLICY)
    for time in range(0, 200, 15):
        breaker.failed(time, since=time)
        assert breaker.state(time) is CLOSED


def test_a_failure_for_good_opens_it_at_once() -> None:
    breaker = Breaker(POLICY)
    breaker.failed(1, since=0, for_good=True)
    assert breaker.state(1) is OPEN


def test_after_the_cool_down_one_at_a_time_may_try() -> None:
    breaker = tripped()
    assert (breaker.state(104.9), breaker.admit(104.9)) == (OPEN, False)
    assert (breaker.state(105), breaker.admit(105)) == (HALF, True)
    assert not breaker.admit(105)
    assert breaker.state(105) is HALF


def test_a_probe_that_works_closes_it() -> None:
    breaker = tripped()
    assert breaker.admit(105)
    breaker.succeeded(106, since=105)
    assert breaker.state(106) is CLOSED
    assert breaker.admit(106)


def test_a_breaker_that_has_closed_begins_to_count_anew() -> None:
    breaker = tripped()
    breaker.admit(105)
    breaker.succeeded(106, since=105)
    for _ in range(2):
        breaker.failed(107, since=106)
    assert breaker.state(107) is CLOSED


def test_each_probe_that_fails_doubles_the_cool_down_up_to_a_bound() -> None:
    breaker, now = tripped(), 100.0
    for cool_down in (5, 10, 20, 40, 40, 40):
        assert breaker.state(now + cool_down - 0.1) is OPEN
        now += cool_down
        assert breaker.admit(now)
        breaker.failed(now, since=now)
    for _ in range(2000):
        now += 40
        breaker.failed(now, since=now)
    assert breaker.state(now + 40) is HALF


def test_one_that_was_well_for_long_begins_with_the_short_cool_down_again() -> None:
    breaker = tripped()
    breaker.admit(105)
    breaker.failed(105, since=105)
    breaker.admit(115)
    breaker.succeeded(115, since=115)
    breaker.failed(200, since=199, for_good=True)
    assert breaker.state(205) is HALF


def test_one_that_opens_again_at_once_is_left_alone_longer() -> None:
    breaker = tripped()
    breaker.admit(105)
    breaker.succeeded(105, since=105)
    breaker.failed(106, since=105, for_good=True)
    assert (breaker.state(115), breaker.state(116)) == (OPEN, HALF)


def test_a_probe_of_which_nothing_is_heard_does_not_stand_in_the_way_for_ever() -> None:
    breaker = tripped()
    assert breaker.admit(105)
    assert not breaker.admit(114)
    assert breaker.admit(115)


def test_a_probe_that_came_to_nothing_makes_room_for_the_next() -> None:
    breaker = tripped()
    assert breaker.admit(105)
    breaker.forgo(since=104)
    assert not breaker.admit(106)
    breaker.forgo(since=105)
    assert breaker.admit(106)


def test_what_was_asked_before_it_opened_neither_closes_it_nor_prolongs_it() -> None:
    breaker = tripped()
    breaker.succeeded(101, since=99)
    assert breaker.state(101) is OPEN
    breaker.failed(104, since=99)
    assert breaker.state(105) is HALF


def test_what_was_asked_in_spite_of_it_and_worked_closes_it() -> None:
    breaker = tripped()
    breaker.succeeded(102, since=101)
    assert breaker.state(102) is CLOSED


@pytest.mark.parametrize(
    "wrong",
    [
        {"failures": 0},
        {"share": 0},
        {"share": 1.1},
        {"window_s": 0},
        {"cool_down_s": 0},
        {"cool_down_s": 500},
        {"probe_s": 0},
    ],
)
def test_a_policy_that_could_never_open_or_close_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"takes time|opens after"):
        BreakerPolicy(**wrong)


@given(st.lists(st.tuples(st.floats(0, 20), st.sampled_from(["ask", "good", "bad", "forgo"])), max_size=60))
def test_whatever_happens_it_lets_somebody_through_within_the_longest_cool_down(
    happens: list[tuple[float, str]],
) -> None:
    breaker, now = Breaker(POLICY), 0.0
    for passes, what in happens:
        now += passes
        match what:
            case "ask":
                breaker.admit(now)
            case "good":
                breaker.succeeded(now, since=now)
            case "bad":
                breaker.failed(now, since=now)
            case _:
                breaker.forgo(since=now)
    assert breaker.admit(now + POLICY.longest_cool_down_s + POLICY.probe_s)
