"""What a gateway holds at one time: memory, files, sockets, tasks, objects, rows and files that should be gone."""

import json
import os
import signal
import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import psutil  # type: ignore[import-untyped]

TOLD_S: Final = 30.0
_LOOK_S: Final = 0.02

LEFTOVERS: Final[Mapping[str, str]] = {
    "live calls": "SELECT count(*) FROM calls WHERE ended_at IS NULL",
    "commands to be sent": "SELECT count(*) FROM call_commands WHERE state = 'pending'",
    "webhooks to be worked": "SELECT count(*) FROM webhooks WHERE NOT worked",
    "runs that are due": "SELECT count(*) FROM runs WHERE ended_at IS NULL AND due_at < unixepoch()",
    "news to be delivered": "SELECT count(*) FROM webhook_deliveries WHERE ended_at IS NULL",
    "calls to be counted": "SELECT count(*) FROM calls WHERE ended_at IS NOT NULL AND NOT counted",
}
"""Rows that must not be there when nothing happens any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """One look at the gateway, after so many calls. Sizes in bytes."""

    calls: int
    rss: int
    uss: int
    malloc: int
    """What the C library's allocator has given out."""
    blocks: int
    """What the interpreter's allocator has given out, in pieces."""
    fds: int
    """Without the idle connections of pools: how many these keep depends on how many requests once met, by chance."""
    sockets: int
    """The same."""
    threads: int
    tasks: Mapping[str, int] = field(default_factory=dict)
    """By the name of their coroutine."""
    types: Mapping[str, int] = field(default_factory=dict)
    """Live objects that the garbage collector knows, by type."""
    rows: Mapping[str, int] = field(default_factory=dict)
    files: Mapping[str, int] = field(default_factory=dict)
    """By folder of the data."""
    traced: tuple[tuple[str, int, int], ...] = ()


def take(gateway: psutil.Process, *, calls: int, told: Path, data: Path) -> Census:
    """Ask the gateway, which runs under `benchmarks.soak_watch` with the file `told`. Raises TimeoutError."""
    inside = _ask(gateway, told)
    memory = gateway.memory_full_info()
    return Census(
        calls=calls,
        rss=int(memory.rss),
        uss=int(memory.uss),
        malloc=inside["malloc_bytes"],
        blocks=inside["blocks"],
        fds=int(gateway.num_fds()) - inside["pooled"],
        sockets=len(gateway.net_connections(kind="inet")) - inside["pooled"],
        threads=inside["threads"],
        tasks=inside["tasks"],
        types=inside["types"],
        rows=rows(data / "centralita.db"),
        files=files(data),
        traced=tuple(tuple(one) for one in inside["traced"]),
    )


def _ask(gateway: psutil.Process, told: Path) -> dict[str, Any]:
    told.unlink(missing_ok=True)
    os.kill(gateway.pid, signal.SIGUSR1)
    deadline = time.monotonic() + TOLD_S
    while not told.exists():
        if time.monotonic() > deadline:
            raise TimeoutError("the gateway does not tell what lives in it")
        time.sleep(_LOOK_S)
    return dict(json.loads(told.read_text()))


def rows(database: Path) -> dict[str, int]:
    """What should be gone and is not."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=5)) as connection:
        return {what: int(connection.execute(query).fetchone()[0]) for what, query in LEFTOVERS.items()}


def files(data: Path) -> dict[str, int]:
    """How many lie in each folder, by its path below the data."""
    found: dict[str, int] = {}
    for folder, _, names in os.walk(data):
        place = "/".join(Path(folder).relative_to(data).parts[:2])
        found[place] = found.get(place, 0) + len(names)
    return found
