"""What runs before the tests, and in which order they run."""

from collections.abc import Callable
from typing import Any

import pytest

from scripts import dashboard, run_tests, system_parts


class World:
    """What was run; the codes of pytest are taken from `codes`, then they are 0."""

    def __init__(self) -> None:
        self.ran: list[list[str]] = []
        self.codes: list[int] = []
        self.missing_parts = False
        self.node_lacks = ""
        self.builds = True
        self.failing_check = ""

    @property
    def pytests(self) -> list[list[str]]:
        return [command[1:] for command in self.ran if command[0] == "pytest"]

    @property
    def checks(self) -> list[str]:
        return [" ".join(command) for command in self.ran if command[0] != "pytest"]

    def pytest(self, arguments: list[str]) -> int:
        self.ran.append(["pytest", *arguments])
        return self.codes.pop(0) if self.codes else 0

    def check(self, command: tuple[str, ...]) -> int:
        self.ran.append(list(command))
        return int(bool(self.failing_check) and self.failing_check in command)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    made = World()
    monkeypatch.delenv("CI", raising=False)
    replace: Callable[..., Any] = monkeypatch.setattr
    replace(run_tests, "pytest", made.pytest)
    replace(run_tests, "run_in_dashboard", made.check)
    replace(run_tests, "is_built", lambda: made.builds)
    replace(system_parts, "main", lambda _: int(made.missing_parts))
    replace(dashboard, "lacking", lambda: made.node_lacks)
    return made


def test_tests_with_processes_run_after_the_others_and_alone(world: World) -> None:
    assert run_tests.main(["tests/simulator"]) == 0
    assert [call[-2] for call in world.pytests] == ["not stack", "stack"]
    assert "-n" not in world.pytests[1]


def test_the_dashboard_is_checked_first_unless_something_was_selected(world: World) -> None:
    assert run_tests.main([]) == 0
    assert [command[0] for command in world.ran] == ["npm", "npx", "npm", "pytest", "pytest"]
    world.ran.clear()
    assert run_tests.main(["-k", "calls"]) == 0
    assert world.checks == []


def test_a_dashboard_that_fails_ends_the_run(world: World) -> None:
    world.failing_check = "lint"
    assert run_tests.main([]) == 1
    assert len(world.ran) == 1


def test_a_dashboard_that_cannot_be_built_ends_the_run(world: World) -> None:
    world.builds = False
    assert run_tests.main([]) == 1
    assert world.ran == []


def test_without_node_or_a_program_the_rest_is_tested_and_the_lack_told(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.missing_parts, world.node_lacks = True, "Node.js is needed"
    assert run_tests.main([]) == 0
    assert "Node.js is needed" in capsys.readouterr().err
    assert (world.checks, len(world.pytests)) == ([], 2)


@pytest.mark.parametrize("lack", [{"missing_parts": True}, {"node_lacks": "Node.js is needed"}])
def test_what_is_missing_is_a_failure_where_everything_has_to_be_there(
    world: World, lack: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    for name, value in lack.items():
        setattr(world, name, value)
    assert run_tests.main([]) == 1
    assert world.ran == []


def test_a_phase_that_selects_nothing_is_no_failure_unless_all_do(world: World) -> None:
    world.codes.extend([0, 5])
    assert run_tests.main([]) == 0
    world.codes.extend([5, 5])
    assert run_tests.main([]) == 5


def test_the_first_failure_ends_the_run(world: World) -> None:
    world.codes.append(1)
    assert run_tests.main([]) == 1
    assert len(world.pytests) == 1


def test_who_selects_markers_or_workers_gets_one_run_as_asked(world: World) -> None:
    assert run_tests.main(["-m", "gate"]) == 0
    assert world.ran == [["pytest", "-m", "gate"]]
