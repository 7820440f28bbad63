"""Which step is tried next, and whether one holds."""

from collections.abc import Callable
from typing import Any

import pytest

from benchmarks.peers.climb import Climb, Verdict, judge
from benchmarks.results import Result
from tests.benchmarks.peers import peer_result

STEPS = (1, 2, 4, 6, 10, 15)


def climbed(climb: Climb, verdict: Callable[[int], Verdict]) -> list[int]:
    """The steps taken when `verdict` decides each of them."""
    taken = []
    while (calls := climb.next) is not None:
        taken.append(calls)
        climb.note(verdict(calls))
    return taken


def up_to(limit: int) -> Callable[[int], Verdict]:
    return lambda calls: Verdict.HELD if calls <= limit else Verdict.BROKE


def test_a_climb_ends_at_the_first_step_that_breaks() -> None:
    climb = Climb(STEPS)
    assert climbed(climb, up_to(6)) == [1, 2, 4, 6, 10]
    assert (climb.held, climb.limit_seen) == (6, True)


def test_a_climb_goes_on_over_a_step_with_holes() -> None:
    climb = Climb(STEPS)
    verdicts = {1: Verdict.HELD, 2: Verdict.HOLES, 4: Verdict.HOLES, 6: Verdict.BROKE}
    assert climbed(climb, verdicts.__getitem__) == [1, 2, 4, 6]
    assert (climb.held, climb.limit_seen) == (4, True)


def test_a_climb_to_the_top_has_only_a_lower_bound() -> None:
    climb = Climb(STEPS)
    assert climbed(climb, up_to(100)) == list(STEPS)
    assert (climb.held, climb.limit_seen) == (15, False)


@pytest.mark.parametrize(("limit", "taken"), [(6, [1, 6, 10]), (10, [1, 6, 10, 15]), (2, [1, 6, 4, 2])])
def test_a_later_climb_begins_where_the_earlier_one_ended(limit: int, taken: list[int]) -> None:
    climb = Climb(STEPS, start=6)
    assert climbed(climb, up_to(limit)) == taken
    assert (climb.held, climb.limit_seen) == (limit, True)


def test_a_system_that_carries_not_one_call_holds_none() -> None:
    climb = Climb(STEPS, start=6)
    assert climbed(climb, up_to(0)) == [1]
    assert (climb.held, climb.limit_seen) == (0, True)


def test_a_start_that_is_no_step_is_the_beginning() -> None:
    assert climbed(Climb(STEPS, start=0), up_to(2)) == [1, 2, 4]


def test_a_doubtful_step_is_tried_once_more_and_then_ends_the_climb() -> None:
    climb = Climb(STEPS)
    verdicts = iter((Verdict.HELD, Verdict.UNDECIDED, Verdict.HELD, Verdict.UNDECIDED, Verdict.UNDECIDED))
    assert climbed(climb, lambda _: next(verdicts)) == [1, 2, 2, 4, 4]
    assert (climb.held, climb.limit_seen) == (2, False)


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, Verdict.HELD),
        ({"failed": 1}, Verdict.BROKE),
        ({"share_ms": {"p50": 9.0, "p95": 200.5, "p99": 300.0}}, Verdict.BROKE),
        ({"share_ms": {"p50": None, "p95": None, "p99": None}}, Verdict.BROKE),
        ({"gap_ms": {"p50": 0.0, "p95": 120.0, "p99": 400.0}}, Verdict.HOLES),
        ({"gap_ms": {"p50": 0.0, "p95": 120.0, "p99": 400.0}, "failed": 1}, Verdict.BROKE),
        ({"gap_ms": {"p50": 0.0, "p95": 120.0, "p99": 400.0}, "invalid": ("late",)}, Verdict.UNDECIDED),
        ({"invalid": ("the simulator was late",)}, Verdict.HELD),
        ({"failed": 1, "invalid": ("the simulator was late",)}, Verdict.UNDECIDED),
        ({"failed": 1, "invalid": ("the simulator was late",), "cpu_percent": 46.0}, Verdict.BROKE),
    ],
)
def test_a_step_holds_or_breaks_by_its_figures(changes: dict[str, Any], verdict: Verdict) -> None:
    result: Result = peer_result(**{"calls": 2, "cpu_percent": 3.0, **changes})
    found, reason = judge(result)
    assert found is verdict
    assert bool(reason) == (verdict is not Verdict.HELD)
