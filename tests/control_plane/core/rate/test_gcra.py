"""Never more than the burst and what the rate has earned since."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_plane.core.rate.gcra import Limit, Verdict, hit, remaining

TWO_A_SECOND = Limit(rate=2.0, burst=3)


def let_in(limit: Limit, times: list[float]) -> list[float]:
    even_at, passed = 0.0, []
    for now in times:
        even_at, verdict = hit(even_at, limit, now=now)
        if verdict.allowed:
            passed.append(now)
    return passed


def test_a_burst_goes_at_once_and_the_rest_at_the_rate() -> None:
    even_at, verdicts = 0.0, []
    for now in (10.0, 10.0, 10.0, 10.0, 10.5, 10.5, 11.0):
        even_at, verdict = hit(even_at, TWO_A_SECOND, now=now)
        verdicts.append((verdict.allowed, verdict.remaining, verdict.retry_after_s))
    assert verdicts == [
        *((True, 2, 0.0), (True, 1, 0.0), (True, 0, 0.0), (False, 0, 0.5)),
        *((True, 0, 0.0), (False, 0, 0.5), (True, 0, 0.0)),
    ]


def test_after_a_while_the_burst_is_back() -> None:
    assert let_in(TWO_A_SECOND, [10.0] * 5 + [12.0] * 5) == [10.0] * 3 + [12.0] * 3


def test_a_refused_request_costs_nothing() -> None:
    assert let_in(TWO_A_SECOND, [10.0] * 3 + [10.1] * 1000 + [10.5]) == [10.0] * 3 + [10.5]


def test_a_clock_that_went_back_shuts_nobody_out() -> None:
    even_at, _ = hit(0.0, TWO_A_SECOND, now=1_000_000.0)
    even_at, verdict = hit(even_at, TWO_A_SECOND, now=10.0)
    assert not verdict.allowed
    assert verdict.retry_after_s <= 0.51


def test_how_many_remain_is_never_less_than_none() -> None:
    assert [remaining(ahead, TWO_A_SECOND) for ahead in (0.0, 0.5, 1.0, 1.5, 9.0)] == [3, 2, 1, 0, 0]


def test_a_limit_by_the_minute() -> None:
    assert Limit.per_minute(30, burst=5) == Limit(rate=0.5, burst=5)


@pytest.mark.parametrize(("rate", "burst"), [(0.0, 1), (-1.0, 1), (float("nan"), 1), (1.0, 0)])
def test_a_limit_lets_something_through(rate: float, burst: int) -> None:
    with pytest.raises(ValueError, match="lets something through"):
        Limit(rate=rate, burst=burst)


LIMITS = st.builds(Limit, rate=st.floats(0.01, 1000), burst=st.integers(1, 20))
STEPS = st.lists(st.one_of(st.just(0.0), st.floats(0, 3)), min_size=1, max_size=80)


@given(limit=LIMITS, steps=STEPS, start=st.floats(0, 2e9))
def test_in_no_window_more_than_burst_and_rate_times_its_length(limit: Limit, steps: list[float], start: float) -> None:
    now, times = start, []
    for step in steps:
        now += step / limit.rate
        times.append(now)
    passed = let_in(limit, times)
    for first, begin in enumerate(passed):
        for last, end in enumerate(passed[first:], first):
            # What rounding of times as large as today's may give: 1e-5 s of the rate.
            assert last - first + 1 <= limit.burst + limit.rate * (end - begin + 1e-5) + 1e-9


@given(limit=LIMITS, start=st.floats(0, 2e9), hits=st.integers(1, 40))
def test_who_waits_as_long_as_told_is_let_in_and_not_before(limit: Limit, start: float, hits: int) -> None:
    even_at, verdict = 0.0, Verdict(allowed=True, remaining=0)
    for _ in range(hits):
        even_at, verdict = hit(even_at, limit, now=start)
    if verdict.allowed:
        assert verdict.remaining == limit.burst - hits
        return
    assert hit(even_at, limit, now=start + verdict.retry_after_s)[1].allowed
    if verdict.retry_after_s > 1e-3:
        assert not hit(even_at, limit, now=start + verdict.retry_after_s * 0.9 - 1e-5)[1].allowed
