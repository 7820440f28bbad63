"""The import contracts of `[tool.importlinter]` in pyproject.toml."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.gates.house import ROOT

pytestmark = pytest.mark.gate

MACHINES = {"alert", "call", "turn", "flow", "campaign"}


def contract(name: str) -> set[str]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        contracts = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    return {module for entry in contracts if entry["name"] == name for module in entry["modules"]}


def subpackages(folder: Path) -> set[str]:
    return {path.parent.name for path in folder.glob("*/__init__.py")}


def test_the_import_contracts_are_kept() -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as lint; lint()"]
    done = subprocess.run(
        [*command, "--no-cache", "--config", "pyproject.toml"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, f"Imports have to point inwards (docs/architecture.md):\n{done.stdout}{done.stderr}"


def test_every_kind_of_adapter_is_in_the_contract_of_kinds() -> None:
    folder = ROOT / "control_plane" / "adapters"
    expected = {f"control_plane.adapters.{name}" for name in subpackages(folder)}
    assert contract("Kinds of adapters are independent of each other") == expected


def test_every_machine_of_the_core_is_in_the_contract_of_machines() -> None:
    present = MACHINES & subpackages(ROOT / "control_plane" / "core")
    expected = {f"control_plane.core.{name}" for name in present}
    assert contract("The machines of the core are independent of each other") == expected
