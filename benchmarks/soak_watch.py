"""The command `python -m benchmarks.soak_watch FILE MODULE …`: runs a module that tells on SIGUSR1 what lives in it.

FILE gets a `Census` as JSON each time. With SOAK_LEAK the module's calls leak on purpose, see `benchmarks.soak_leaks`;
with SOAK_TRACE the memory that was asked for since the first look is listed by the lines that did.
"""

import asyncio
import ctypes
import gc
import json
import os
import runpy
import signal
import sys
import threading
import tracemalloc
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Any, Final

import aiohttp
import httpcore

from benchmarks import soak_leaks

TRACED: Final = 300
"""Lines that are told."""


class _Mallinfo(ctypes.Structure):
    """`struct mallinfo2` of glibc 2.33 and newer."""

    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in (
            "arena",
            "ordblks",
            "smblks",
            "hblks",
            "hblkhd",
            "usmblks",
            "fsmblks",
            "uordblks",
            "fordblks",
            "keepcost",
        )
    )


def malloc_bytes() -> int:
    """What the C library's allocator has given out and not got back; 0 where it does not tell."""
    try:
        ask = ctypes.CDLL(None).mallinfo2
    except (OSError, AttributeError):
        return 0
    ask.restype = _Mallinfo
    told = ask()
    return int(told.uordblks + told.hblkhd)


def census() -> dict[str, Any]:
    """What lives now, garbage left out."""
    gc.collect()
    types: Counter[str] = Counter()
    tasks: Counter[str] = Counter()
    pooled = 0
    for thing in gc.get_objects():
        kind = type(thing)
        types[f"{kind.__module__}.{kind.__qualname__}"] += 1
        # Not isinstance: what only stands in for another thing answers for that, or raises.
        if issubclass(kind, asyncio.Task) and not thing.done():
            tasks[getattr(thing.get_coro(), "__qualname__", "?")] += 1
        pooled += idle_connections(thing, kind)
    return {
        "pooled": pooled,
        "types": types,
        "tasks": tasks,
        "threads": threading.active_count(),
        "blocks": sys.getallocatedblocks(),
        "malloc_bytes": malloc_bytes(),
        "traced": traced() if tracemalloc.is_tracing() else [],
    }


def idle_connections(thing: Any, kind: type) -> int:
    """How many open connections it keeps for the next request, if it is a pool of aiohttp's or httpx's."""
    if issubclass(kind, aiohttp.TCPConnector):
        return sum(len(kept) for kept in thing._conns.values())
    if issubclass(kind, httpcore.AsyncConnectionPool):
        return sum(connection.is_idle() for connection in thing.connections)
    return 0


def traced() -> list[tuple[str, int, int]]:
    """Place, bytes and number of what lives, the largest first."""
    taken = tracemalloc.take_snapshot().filter_traces((tracemalloc.Filter(False, tracemalloc.__file__),))
    return [
        (f"{one.traceback[0].filename}:{one.traceback[0].lineno}", one.size, one.count)
        for one in taken.statistics("lineno")[:TRACED]
    ]


def main() -> None:
    file, module, *arguments = sys.argv[1:]

    def tell(_: int, __: FrameType | None) -> None:
        text = json.dumps(census())
        beside = Path(f"{file}.new")
        beside.write_text(text)
        beside.replace(file)
        if os.environ.get("SOAK_TRACE") and not tracemalloc.is_tracing():
            tracemalloc.start(1)

    signal.signal(signal.SIGUSR1, tell)
    soak_leaks.plant(os.environ.get("SOAK_LEAK", ""))
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
