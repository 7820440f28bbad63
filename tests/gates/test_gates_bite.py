"""Each gate finds a breach where there is one."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gates import borders, coverage, house, sizes, texts, walls
from tests.gates.house import Rule

pytestmark = pytest.mark.gate

LONG_FUNCTION = "def long():\n" + "    pass\n" * 60
DEEP = "def deep(a):\n if a:\n  for b in a:\n   while b:\n    with b:\n     pass\n"
FLAT = (
    "def flat(a):\n    if a == 1:\n        pass\n    elif a == 2:\n        pass\n    elif a == 3:\n        pass\n"
    "    elif a == 4:\n        pass\n    else:\n        pass\n"
)


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty project, which the rules look at in place of the real one."""
    for module in (house, coverage, texts):
        monkeypatch.setattr(module, "ROOT", tmp_path)
    house.sources.cache_clear()
    house.tree_files.cache_clear()
    yield tmp_path
    house.sources.cache_clear()
    house.tree_files.cache_clear()


def write(tree: Path, name: str, text: str) -> None:
    path = tree / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("rule", "name", "text"),
    [
        (sizes.file_lines, "simulator/a.py", "x = 1\n" * 301),
        (sizes.function_lines, "scripts/a.py", LONG_FUNCTION),
        (sizes.depth, "benchmarks/a.py", DEEP),
        (sizes.parameters, "control_plane/a.py", "def f(a, b, c): ..."),
        (sizes.parameters, "control_plane/a.py", "class A:\n    def f(self, *, a, b, c, d, e, f, g): ..."),
        (borders.environment, "control_plane/a.py", "import os\nos.environ['A']"),
        (borders.environment, "control_plane/a.py", "from os import getenv"),
        (borders.clock, "control_plane/a.py", "import time\ntime.monotonic()"),
        (borders.clock, "control_plane/a.py", "from datetime import UTC, datetime\ndatetime.now(UTC)"),
        (borders.clock, "control_plane/a.py", "import asyncio\nasyncio.get_running_loop().time()"),
        (borders.tasks, "control_plane/a.py", "import asyncio\nasyncio.create_task(f())"),
        (borders.tasks, "control_plane/a.py", "from asyncio import ensure_future"),
        (borders.core_is_pure, "control_plane/core/a.py", "import asyncio"),
        (borders.core_is_pure, "control_plane/core/a.py", "from control_plane.ports import brain"),
        (borders.core_is_pure, "control_plane/core/a.py", "import httpx"),
        (borders.web_server, "control_plane/services/a.py", "from quart import request"),
        (borders.adapters_by_name, "control_plane/services/a.py", "from control_plane.adapters.clock import Clock"),
        (borders.module_names, "control_plane/web/utils.py", ""),
        (borders.module_names, "simulator/base/a.py", ""),
        (borders.packages, "control_plane/web/a.py", ""),
        (coverage.core_tests, "control_plane/core/a.py", ""),
        (texts.words, "docs/a.md", "see /wo" + "rk/main"),
        (texts.words, "a.py", "# TO" + "DO: later"),
        (texts.links, "docs/a.md", "[there](absent.md)"),
        (texts.links, "docs/a.md", "# Here\n[there](#nowhere)"),
        (walls.reachable_subqueries, "control_plane/resources/a.py", "from sqlalchemy import exists, select"),
        (walls.reachable_subqueries, "control_plane/resources/a.py", "import sqlalchemy as sa\nsa.exists()"),
        (walls.reachable_subqueries, "control_plane/resources/a/b.py", "select(Model.__table__.c.id)"),
    ],
)
def test_a_breach_is_found(tree: Path, rule: Rule, name: str, text: str) -> None:
    write(tree, name, text)
    assert [breach.path for breach in rule()] == [name]


def test_a_reader_of_the_settings_outside_of_wiring_is_found(tree: Path) -> None:
    write(tree, "control_plane/settings.py", "")
    write(tree, "control_plane/wiring.py", "from control_plane.settings import Settings")
    write(tree, "control_plane/services/a.py", "from control_plane.settings import Settings")
    assert [breach.path for breach in borders.settings_readers()] == ["control_plane/services/a.py"]


@pytest.mark.parametrize(
    ("rule", "name", "text"),
    [
        (sizes.depth, "scripts/a.py", FLAT),
        (sizes.parameters, "control_plane/a.py", "class A:\n    def f(self, a, b, *, c, d, e, f): ..."),
        (sizes.parameters, "control_plane/a.py", "class A:\n    def __exit__(self, a, b, c): ..."),
        (borders.environment, "control_plane/settings.py", "import os\nos.environ"),
        (borders.clock, "control_plane/adapters/clock.py", "import time\ntime.time()"),
        (borders.clock, "simulator/a.py", "import time\ntime.time()"),
        (borders.tasks, "control_plane/a.py", "async with asyncio.TaskGroup() as group:\n    group.create_task(f())"),
        (borders.core_is_pure, "control_plane/core/a.py", "import re\nfrom control_plane.core.b import c"),
        (walls.reachable_subqueries, "control_plane/resources/a.py", "select(A.id).where(A.b == B.id).exists()"),
        (walls.reachable_subqueries, "control_plane/resources/a.py", "relationship(secondary=Model.__table__)"),
        (texts.links, "docs/a.md", "# The way\n[there](a.md#the-way), [web](https://example.com)\n```\n[x](y)\n```"),
    ],
)
def test_what_is_allowed_is_left_alone(tree: Path, rule: Rule, name: str, text: str) -> None:
    write(tree, name, text)
    assert list(rule()) == []


def test_a_core_module_needs_a_test_that_imports_it(tree: Path) -> None:
    write(tree, "control_plane/core/a.py", "")
    write(tree, "tests/control_plane/core/test_a.py", "import json")
    assert [breach.path for breach in coverage.core_tests()] == ["control_plane/core/a.py"]


def test_a_core_module_with_a_test_that_imports_it_is_fine(tree: Path) -> None:
    write(tree, "control_plane/core/a.py", "")
    write(tree, "tests/control_plane/core/test_a.py", "from control_plane.core.a import b")
    assert list(coverage.core_tests()) == []


def test_a_call_in_the_middle_of_a_name_is_seen_through() -> None:
    (statement,) = ast.parse("asyncio.get_running_loop().create_task").body
    assert isinstance(statement, ast.Expr)
    assert house.dotted(statement.value) == "asyncio.get_running_loop.create_task"
