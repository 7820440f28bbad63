"""The clocks: the system's, and the one for tests."""

import asyncio
import time

import pytest

from control_plane.adapters.clock import SystemClock
from control_plane.testing.clock import FakeClock


def test_wall_time_is_unix_time() -> None:
    assert time.time() - 5 < SystemClock().wall() <= time.time()


async def test_steady_time_is_the_loops_own() -> None:
    loop = asyncio.get_running_loop()
    before = loop.time()
    steady = SystemClock().steady()
    assert before <= steady <= loop.time()


def test_a_fake_clock_moves_only_when_told() -> None:
    clock = FakeClock(wall=10.0, steady=5.0)
    assert (clock.wall(), clock.steady()) == (10.0, 5.0)
    clock.advance(2.5)
    assert (clock.wall(), clock.steady()) == (12.5, 7.5)


def test_a_fake_clock_does_not_go_back() -> None:
    with pytest.raises(ValueError, match="back"):
        FakeClock().advance(-1)
