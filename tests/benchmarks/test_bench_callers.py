"""What callers of a benchmark do."""

import pytest

from benchmarks import callers
from benchmarks.machine import divide


@pytest.mark.parametrize("name", [callers.PLAIN, callers.INTERRUPTING])
@pytest.mark.parametrize("seconds", [1.0, 40.0, 200.0])
def test_a_script_of_any_length_ends_with_the_goodbye(name: str, seconds: float) -> None:
    steps = callers.script(name, seconds)["steps"]
    assert "adiós" in steps[-2]["text"]
    assert steps[-1]["do"] == "wait_hangup"
    assert callers.turns(name, seconds) == max(2, round(seconds / callers.STEP_S))


def test_a_lone_caller_interrupts_and_most_of_many_do_not() -> None:
    names = [callers.script_name(index) for index in range(6)]
    assert names[0] == callers.INTERRUPTING
    assert names.count(callers.INTERRUPTING) == 2


def test_the_gateway_gets_a_core_for_itself() -> None:
    cores = divide(frozenset({0, 1, 2}), 1)
    assert (cores.gateway, cores.others) == (frozenset({1}), frozenset({0, 2}))
    assert not divide(frozenset({0}), 0).pinned
    with pytest.raises(ValueError, match="core 7"):
        divide(frozenset({0, 1}), 7)
