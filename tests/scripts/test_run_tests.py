"""The order in which the tests run."""

import pytest

from scripts import run_tests


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What pytest was called with; it answers with the codes in `CODES`, then with 0."""
    calls: list[list[str]] = []

    def fake(arguments: list[str]) -> int:
        calls.append(arguments)
        return CODES.pop(0) if CODES else 0

    monkeypatch.setattr(run_tests, "pytest", fake)
    CODES.clear()
    return calls


CODES: list[int] = []


def test_tests_with_processes_run_after_the_others_and_alone(ran: list[list[str]]) -> None:
    assert run_tests.main(["tests/simulator"]) == 0
    assert [call[-2] for call in ran] == ["not stack", "stack"]
    assert "-n" not in ran[1]


def test_a_phase_that_selects_nothing_is_no_failure_unless_all_do(ran: list[list[str]]) -> None:
    CODES.extend([0, 5])
    assert run_tests.main([]) == 0
    CODES.extend([5, 5])
    assert run_tests.main([]) == 5


def test_the_first_failure_ends_the_run(ran: list[list[str]]) -> None:
    CODES.append(1)
    assert run_tests.main([]) == 1
    assert len(ran) == 1


def test_who_selects_markers_or_workers_gets_one_run_as_asked(ran: list[list[str]]) -> None:
    assert run_tests.main(["-m", "gate"]) == 0
    assert ran == [["-m", "gate"]]
