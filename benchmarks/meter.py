"""What processes use: processor time, memory, and the lag of the gateway's event loop."""

import re
import time
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil  # type: ignore[import-untyped]

MB: Final = 1024 * 1024
_BUCKET: Final = re.compile(r'^gateway_event_loop_lag_seconds_bucket\{le="([^"]+)"\} (\S+)$', re.MULTILINE)
_FRAMES: Final = re.compile(r'^gateway_media_frames_total\{direction="in"\} (\S+)$', re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The state of both processes at one time. Times are seconds of CLOCK_MONOTONIC, which the simulator uses too."""

    at: float
    gateway_cpu_s: float
    simulator_cpu_s: float
    gateway_wait_s: float
    """How long it was ready to run while another process had its core."""
    gateway_rss: int
    """Bytes."""


def sample(gateway: psutil.Process, simulator: psutil.Process) -> Sample:
    return Sample(
        at=time.monotonic(),
        gateway_cpu_s=cpu_s(gateway),
        simulator_cpu_s=cpu_s(simulator),
        gateway_wait_s=wait_s(gateway.pid, cpu_s(gateway)),
        gateway_rss=rss(gateway),
    )


def cpu_s(process: psutil.Process) -> float:
    """Processor time of all threads so far, in user and system mode."""
    times = process.cpu_times()
    return float(times.user + times.system)


def wait_s(pid: int, cpu_s: float) -> float:
    """How long the main thread has waited for other processes so far; 0 where the kernel does not count it.

    Part of its waiting may be for the other threads of its own process, at most what they ran (of `cpu_s` in all).
    """
    try:
        ran, waited, _ = map(int, Path(f"/proc/{pid}/schedstat").read_text().split())
    except OSError:
        return 0.0
    return waited / 1e9 - (cpu_s - ran / 1e9)


def rss(process: psutil.Process) -> int:
    """Bytes of memory that are really there."""
    return int(process.memory_info().rss)


def window(samples: Sequence[Sample], since: float, *, until: float) -> tuple[Sample, Sample] | None:
    """The first and the last sample between two times; None when there are no two of them."""
    times = [one.at for one in samples]
    inside = samples[bisect_left(times, since) : bisect_left(times, until)]
    return (inside[0], inside[-1]) if len(inside) > 1 else None


Lag = dict[float, float]
"""Upper bound of a bucket in seconds → observations up to it."""


def read_lag(metrics: str) -> Lag:
    """The loop-lag histogram in the text of `/metrics`."""
    return {float(bound): float(count) for bound, count in _BUCKET.findall(metrics)}


def lag_between(before: Lag, after: Lag) -> dict[str, float | None]:
    """`{p50_ms, p99_ms, max_ms}` of the observations between two readings, each as the upper bound of its bucket.

    None when nothing was observed; infinite beyond the largest bucket.
    """
    counts = sorted((bound, after[bound] - before.get(bound, 0.0)) for bound in after)
    total = counts[-1][1] if counts else 0.0
    parts = {"p50_ms": 0.5, "p99_ms": 0.99, "max_ms": 1.0}
    return {name: _bound(counts, part * total) if total else None for name, part in parts.items()}


def _bound(counts: Sequence[tuple[float, float]], wanted: float) -> float:
    return next(bound for bound, count in counts if count >= wanted) * 1000


def read_frames(metrics: str) -> float:
    """Frames of callers that the gateway has received."""
    found = _FRAMES.search(metrics)
    return float(found[1]) if found else 0.0
