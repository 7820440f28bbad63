"""What the kernel tells about this machine, this process and control planes that run beside it."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil  # type: ignore[import-untyped]

from metrics_sidecar.clock import Clock
from metrics_sidecar.fleet import Usage

START_LEEWAY_S: Final = 60.0
"""A control plane counts its time from when it is built, which is somewhat after its process began."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    cpu_percent: float
    """Of all cores together."""
    cores: int
    load: tuple[float, float, float]
    memory_total: int
    memory_used: int
    disk_total: int
    disk_free: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """The sidecar itself."""

    pid: int
    memory_bytes: int
    cpu_percent: float
    cpu_s: float
    uptime_s: float


class Machine:
    """`disk` is a folder on the disk that matters."""

    def __init__(self, *, disk: Path, wall: Clock) -> None:
        self._disk = disk if disk.exists() else Path.cwd()
        self._wall = wall
        self._own = psutil.Process()
        self._others: dict[int, psutil.Process] = {}
        self._own.cpu_percent()
        psutil.cpu_percent()

    def host(self) -> Host:
        memory, disk = psutil.virtual_memory(), psutil.disk_usage(str(self._disk))
        return Host(
            cpu_percent=psutil.cpu_percent(),
            cores=psutil.cpu_count() or 1,
            load=os.getloadavg(),
            memory_total=memory.total,
            memory_used=memory.total - memory.available,
            disk_total=disk.total,
            disk_free=disk.free,
        )

    def own(self) -> Own:
        with self._own.oneshot():
            times = self._own.cpu_times()
            return Own(
                pid=self._own.pid,
                memory_bytes=self._own.memory_info().rss,
                cpu_percent=self._own.cpu_percent(),
                cpu_s=times.user + times.system,
                uptime_s=self._wall() - self._own.create_time(),
            )

    def process(self, pid: int, *, uptime_s: float) -> Usage | None:
        """`None` when no process of this machine has that number and that age: in containers the number means nothing
        here, and numbers are given again."""
        try:
            other = self._others.get(pid) or psutil.Process(pid)
            if not other.is_running() or not self._is_of_age(other, uptime_s):
                raise psutil.NoSuchProcess(pid)
            known, self._others[pid] = pid in self._others, other
            cpu = other.cpu_percent()
            return Usage(memory_bytes=other.memory_info().rss, cpu_percent=cpu if known else None)
        except (psutil.Error, ValueError):
            self._others.pop(pid, None)
            return None

    def _is_of_age(self, other: psutil.Process, uptime_s: float) -> bool:
        began = self._wall() - uptime_s
        return bool(other.pid != self._own.pid and began - START_LEEWAY_S <= other.create_time() <= began + 5.0)
