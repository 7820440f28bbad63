"""How long the gateway takes to get ready, and what memory it has then."""

import time
from collections.abc import Sequence
from statistics import median
from typing import Final

from benchmarks.machine import Cores
from benchmarks.meter import MB, rss
from benchmarks.stack import Plan, Stack

IDLE_S: Final = 2.0


def measure(cores: Cores, *, times: int) -> list[Sequence[str]]:
    """A head and two rows, from so many starts, each with an empty data folder: migrations are part of it."""
    ready, memory = [], []
    for _ in range(times):
        with Stack(Plan(cores=cores)) as stack:
            ready.append(stack.ready_s)
            time.sleep(IDLE_S)
            memory.append(rss(stack.gateway) / MB)
    return [
        ("", "min", "median", "max"),
        ("start to ready, s", *(f"{value:.2f}" for value in (min(ready), median(ready), max(ready)))),
        ("idle memory, MB", *(f"{value:.1f}" for value in (min(memory), median(memory), max(memory)))),
    ]
