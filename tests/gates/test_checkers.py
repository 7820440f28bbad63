"""ruff and mypy, over the tree."""

import subprocess
import sys

import pytest

from tests.gates.house import PROGRAMS, ROOT

pytestmark = [pytest.mark.gate, pytest.mark.timeout(400)]


def run(*arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=390, check=False
    )
    assert done.returncode == 0, f"{' '.join(arguments)}\n{done.stdout}{done.stderr}"


def test_ruff_finds_nothing() -> None:
    run("ruff", "check", "--no-cache", ".")


def test_every_file_is_formatted() -> None:
    run("ruff", "format", "--check", "--no-cache", ".")


def test_types_hold_in_the_strictest_mode() -> None:
    run("mypy", *(name for name in PROGRAMS if any((ROOT / name).rglob("*.py"))))
