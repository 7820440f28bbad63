"""When a number of calls no longer holds."""

from dataclasses import replace

import pytest

from benchmarks import callers, machine
from benchmarks.limits import broken, climb, held, verdict
from tests.benchmarks.test_bench_results import result

GOOD = result()


def test_what_breaks_is_named() -> None:
    assert broken(GOOD) == ()
    assert verdict(GOOD) == "holds"
    slow = replace(GOOD, share_ms={"p50": 1.0, "p95": 201.0, "p99": 300.0}, gap_max_ms=60.0, failed=2)
    assert verdict(slow) == "share p95 201 ms; gap 60 ms; 2 failed"


def test_a_run_that_proves_nothing_is_said_to_be_one() -> None:
    assert verdict(replace(GOOD, invalid=("the simulator used 99 % of its core",), failed=3)).startswith(
        "the simulator"
    )


@pytest.mark.parametrize(
    ("spoiled", "steps"), [({"failed": 1}, [10, 20, 30]), ({"invalid": ("late",)}, [10, 20, 30, 30])]
)
def test_the_climb_ends_at_the_first_step_that_breaks_or_twice_proves_nothing(
    spoiled: dict[str, object], steps: list[int]
) -> None:
    def run(calls: int) -> object:
        return replace(GOOD, calls=calls, **(spoiled if calls >= 30 else {}))  # type: ignore[arg-type]

    results = list(climb((10, 20, 30, 40), run))  # type: ignore[arg-type]
    assert [one.calls for one in results] == steps
    assert held(results) == 20


def test_many_callers_ring_over_a_longer_time() -> None:
    assert callers.spread_s(1) == callers.SPREAD_S
    assert callers.spread_s(300) == pytest.approx(20.0)


def test_too_few_open_files_are_said_before_anything_is_measured() -> None:
    machine.files_for(1)
    with pytest.raises(ValueError, match="open files"):
        machine.files_for(10**9)
