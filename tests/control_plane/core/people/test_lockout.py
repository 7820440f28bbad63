"""Ten wrong passwords are free, then each one costs twice as long as the one before."""

from hypothesis import given
from hypothesis import strategies as st

from control_plane.core.people.lockout import FREE, LONGEST_S, WINDOW_S, Failures, attempted, taken_back


def after(times: int, *, now: float = 1000.0) -> Failures:
    failures = Failures()
    for _ in range(times):
        failures = attempted(failures, now=now)
    return failures


def test_nine_wrong_passwords_shut_nothing() -> None:
    assert after(FREE - 1).wait_s(1000.0) == 0


def test_the_tenth_shuts_for_half_a_minute_and_each_further_one_for_twice_as_long() -> None:
    failures = after(FREE)
    assert failures.wait_s(1000.0) == 30
    waits = []
    now = 1000.0
    for _ in range(8):
        now = failures.locked_until
        assert failures.wait_s(now) == 0
        failures = attempted(failures, now=now)
        waits.append(failures.wait_s(now))
    assert waits == [60, 120, 240, 480, LONGEST_S, LONGEST_S, LONGEST_S, LONGEST_S]


def test_after_a_quarter_of_an_hour_of_peace_all_is_forgotten() -> None:
    shut = after(FREE + 3)
    later = shut.locked_until + WINDOW_S + 1
    assert attempted(shut, now=later) == Failures(1, later, 0.0)


def test_slow_mistakes_are_forgotten_too() -> None:
    assert attempted(after(FREE - 1), now=1000.0 + WINDOW_S + 1).count == 1


def test_an_attempt_that_was_right_is_taken_back_and_earlier_ones_are_not() -> None:
    assert taken_back(after(FREE)) == Failures(FREE - 1, 1000.0, 0.0)
    assert taken_back(Failures()).count == 0


@given(st.lists(st.floats(0, 2000), max_size=60))
def test_no_rhythm_gets_more_than_ten_and_a_few_attempts_into_a_quarter_of_an_hour(gaps: list[float]) -> None:
    now, failures, let_through = 1000.0, Failures(), []
    for gap in gaps:
        now += gap
        if failures.wait_s(now) == 0:
            failures = attempted(failures, now=now)
            let_through.append(now)
    for start in let_through:
        assert sum(start <= at <= start + WINDOW_S for at in let_through) <= 2 * FREE + 5
