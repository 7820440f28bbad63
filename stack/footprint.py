"""`python -m stack footprint`: how much memory and disk the idle installation takes, against what was aimed at."""

import asyncio
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil  # type: ignore[import-untyped]

from stack.crew import Crew
from stack.failures import StackFailed
from stack.installed import installed
from stack.plan import MAIN, Plan, units
from stack.ports import free_port
from stack.program import Program
from stack.settings import Settings

MEMORY_AIM: Final = 270
DISK_AIM: Final = 700
MIB: Final = 1024 * 1024
_KEPT: Final = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ")
_QUIET_S: Final = 3
_LONGEST_S: Final = 60
_IDLE_PERCENT: Final = 2.0
"""Of one core, by each process of its own accord: polling and heartbeats go on for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """In bytes. `pss` counts what several processes share in proportion, so it alone may be added up."""

    name: str
    processes: int
    pss: int
    rss: int
    uss: int


def footprint() -> int:
    """0: measured, whatever came out; 1: it could not be."""
    try:
        with tempfile.TemporaryDirectory(prefix="centralita-") as folder:
            measured, quiet = asyncio.run(_measure(Path(folder)))
    except StackFailed as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
    sys.stdout.write("\n".join((*memory_table(measured, quiet=quiet), "", *disk_table(installed()), "")))
    return 0


async def _measure(folder: Path) -> tuple[list[Memory], bool]:
    crew = Crew(lambda sentence: None)
    try:
        for unit in units(_plan(folder)):
            await crew.start(unit)
        quiet = await _until_quiet(crew.programs)
        rows = [_memory(program.unit.name, family(program.pid)) for program in crew.programs]
        return [*rows, _memory("this runner", [psutil.Process()])], quiet
    finally:
        await crew.stop()


def _plan(folder: Path) -> Plan:
    """Default settings, an empty database, nobody calling."""
    mine = Settings.load(folder).environment
    return Plan(
        cwd=folder,
        data=folder / "var",
        logs=folder / "logs",
        token="footprint",  # noqa: S106
        environment={name: mine[name] for name in _KEPT if name in mine},
        nodes={MAIN: free_port()},
        streams={MAIN: free_port()},
        webhooks={MAIN: free_port()},
        sidecar_port=free_port(),
        edge_port=free_port(),
        drain_s=1,
    )


def family(pid: int) -> list[psutil.Process]:
    leader = psutil.Process(pid)
    return [leader, *leader.children(recursive=True)]


async def _until_quiet(programs: Sequence[Program]) -> bool:
    """False when something goes on working; the figures then are those of a busy process."""
    processes = [process for program in programs for process in family(program.pid)]
    still = 0
    for _ in range(_LONGEST_S):
        for process in processes:
            process.cpu_percent()
        await asyncio.sleep(1.0)
        still = still + 1 if all(process.cpu_percent() < _IDLE_PERCENT for process in processes) else 0
        if still >= _QUIET_S:
            return True
    return False


def _memory(name: str, processes: Sequence[psutil.Process]) -> Memory:
    facts = [process.memory_full_info() for process in processes]
    return Memory(
        name=name,
        processes=len(facts),
        # Other systems than Linux do not tell the share; what is held alone is the nearest to it.
        pss=sum(getattr(fact, "pss", fact.uss) for fact in facts),
        rss=sum(fact.rss for fact in facts),
        uss=sum(fact.uss for fact in facts),
    )


def memory_table(rows: Sequence[Memory], *, quiet: bool) -> list[str]:
    head = "idle" if quiet else f"after {_LONGEST_S} s, but not quiet"
    total = sum(row.pss for row in rows)
    return [
        f"Memory, {head}, in MiB        processes    PSS    RSS    USS",
        *(
            f"  {row.name:<28}{row.processes:>9}{row.pss / MIB:>7.1f}{row.rss / MIB:>7.1f}{row.uss / MIB:>7.1f}"
            for row in rows
        ),
        f"  {'all':<28}{sum(row.processes for row in rows):>9}{total / MIB:>7.1f}   {_verdict(total, MEMORY_AIM)}",
        "  SQLite and no Redis, no traces, no alert channels; as a service the runner is not there.",
    ]


def disk_table(rows: Sequence[tuple[str, int]]) -> list[str]:
    total = sum(size for _, size in rows)
    return [
        "Installed, in MiB",
        *(f"  {name:<44}{size / MIB:>8.1f}" for name, size in rows),
        f"  {'all':<44}{total / MIB:>8.1f}   {_verdict(total, DISK_AIM)}",
        "  Python itself, the distribution's libraries and dashboard/node_modules (only to build) are not counted.",
    ]


def _verdict(size: int, aim: int) -> str:
    return f"{'within' if size <= aim * MIB else 'OVER'} the aim of {aim} MiB"
