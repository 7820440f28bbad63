"""A running gateway with a simulator for each test that asks for one."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.stack.running import Stack


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Stack]]:
    """Start a stack with these settings; stopped after the test."""
    stacks: list[Stack] = []

    def begin(**settings: str) -> Stack:
        folder = tmp_path / str(len(stacks))
        folder.mkdir()
        stacks.append(Stack(folder, **settings))
        return stacks[-1]

    yield begin
    for stack in stacks:
        stack.stop()
