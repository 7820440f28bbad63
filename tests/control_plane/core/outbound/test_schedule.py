"""Webhooks are repeated for about a day, then given up."""

import pytest

from control_plane.core.outbound.schedule import (
    ATTEMPTS,
    DELAYS_S,
    HOPELESS_S,
    JITTER,
    delay_s,
    is_hopeless,
    is_taken,
)


def test_ten_attempts_fill_about_a_day() -> None:
    assert ATTEMPTS == 10
    assert 22 * 3600 < sum(DELAYS_S) < sum(DELAYS_S) * (1 + JITTER) < 26 * 3600


def test_each_wait_is_longer_than_the_one_before_whatever_chance_says() -> None:
    longest = [delay_s(failed, chance=1.0) for failed in range(1, ATTEMPTS)]
    shortest = [delay_s(failed, chance=0.0) for failed in range(1, ATTEMPTS)]
    assert tuple(shortest) == DELAYS_S
    pairs = zip(longest, shortest[1:], strict=False)
    assert all(one is not None and other is not None and one < other for one, other in pairs)


def test_after_the_last_attempt_there_is_no_other() -> None:
    assert delay_s(ATTEMPTS, chance=0.5) is None
    assert delay_s(ATTEMPTS - 1, chance=0.5) is not None


@pytest.mark.parametrize(("status", "taken"), [(200, True), (204, True), (299, True), (302, False), (400, False)])
def test_only_success_is_success(status: int, taken: bool) -> None:
    assert is_taken(status) is taken


def test_an_address_is_hopeless_after_three_days_of_failures() -> None:
    assert not is_hopeless(None, now=1e9)
    assert not is_hopeless(1e9, now=1e9 + HOPELESS_S - 1)
    assert is_hopeless(1e9, now=1e9 + HOPELESS_S)
