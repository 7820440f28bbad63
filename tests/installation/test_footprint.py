"""What an installation takes is counted once, and judged by what was aimed at."""

import importlib.metadata
from pathlib import Path

import psutil

from stack.footprint import MIB, Memory, disk_table, family, memory_table
from stack.installed import distributions_size, folder_size, installed, pinned

LOCK = """
aiohttp==3.14.0 \\
    --hash=sha256:aa==bb
sqlalchemy[asyncio]==2.0.43 ; python_full_version < '3.14' \\
    --hash=sha256:cc
no-such-package==1
"""


def memory(pss: int) -> Memory:
    return Memory(name="control plane", processes=1, pss=pss * MIB, rss=2 * pss * MIB, uss=MIB)


def test_names_are_read_from_a_lock() -> None:
    assert pinned(LOCK) == ["aiohttp", "sqlalchemy", "no-such-package"]


def test_a_package_counts_once_with_its_compiled_files_and_a_missing_one_not_at_all() -> None:
    listed = importlib.metadata.distribution("quart").files or ()
    plain = sum(Path(str(file.locate())).stat().st_size for file in listed if file.suffix == ".py")
    once = distributions_size(["quart"])
    assert once >= plain > 0
    assert distributions_size(["quart", "quart", "no-such-package"]) == once


def test_a_folder_that_is_not_there_takes_nothing(tmp_path: Path) -> None:
    assert folder_size(tmp_path / "none") == 0
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").write_bytes(b"12345")
    assert folder_size(tmp_path) == 5


def test_the_installation_is_measured_part_by_part() -> None:
    rows = dict(installed())
    assert rows["packages of requirements.lock"] > 50 * MIB
    assert rows["code of this repository"] > MIB


def test_processes_are_counted_with_their_children() -> None:
    assert psutil.Process().pid in [process.pid for process in family(psutil.Process().pid)]


def test_totals_are_judged_by_the_aims() -> None:
    within = "\n".join(memory_table([memory(100), memory(100)], quiet=True))
    assert "200.0   within the aim of 270 MiB" in within
    assert "OVER the aim of 270 MiB" in "\n".join(memory_table([memory(271)], quiet=True))
    assert "not quiet" in memory_table([memory(1)], quiet=False)[0]
    assert "OVER the aim of 700 MiB" in "\n".join(disk_table([("all of it", 701 * MIB)]))
