"""What the measurements run on, and which process gets which core."""

import os
import platform
import resource
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FILES: Final = 300
FILES_PER_CALL: Final = 12
"""Sockets to the carrier and to three providers on either side, connections in reserve, a recording."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cores:
    """`gateway` has a core of its own; everything else shares `others`. Both empty: nothing is pinned."""

    gateway: frozenset[int]
    others: frozenset[int]

    @property
    def pinned(self) -> bool:
        return bool(self.gateway)


def divide(available: frozenset[int], wanted: int) -> Cores:
    """Core `wanted` for the gateway and the rest for the others; nothing is pinned when there is no rest.

    Raises ValueError when there is no such core.
    """
    if wanted not in available:
        raise ValueError(f"core {wanted} is none of {sorted(available)}")
    rest = available - {wanted}
    if not rest:
        return Cores(gateway=frozenset(), others=frozenset())
    return Cores(gateway=frozenset({wanted}), others=rest)


def available_cores() -> frozenset[int]:
    """The cores this process may use."""
    return frozenset(os.sched_getaffinity(0))


def settle(cores: frozenset[int]) -> None:
    """Keep this process, and what it starts from now on, on these cores; on all of them when there are none."""
    if cores:
        os.sched_setaffinity(0, cores)


def files_for(calls: int) -> None:
    """Let a process have as many open files as so many calls need, up to what the system grants.

    Raises ValueError when it grants too few.
    """
    wanted = FILES + FILES_PER_CALL * calls
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft >= wanted:
        return
    if hard != resource.RLIM_INFINITY and hard < wanted:
        raise ValueError(f"{calls} calls need {wanted} open files, the system grants {hard} (ulimit -n)")
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def describe() -> dict[str, str]:
    """Processor, cores, system and interpreter."""
    return {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
