"""Keeps the logs that Nginx writes itself from growing for ever, and callers' numbers from staying in one of them."""

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from signal import SIGUSR1, Signals
from typing import Final

from stack.log_tail import LARGEST
from stack.program import Program
from stack.unit import Unit

CALLERS_S: Final = 24 * 3600.0
"""A log of callers is put away when its first line is so old …"""
KEPT_S: Final = 7 * 24 * 3600.0
"""… and removed when its last one is so old."""
_LOOK_S: Final = 30.0


async def keep_short(programs: Callable[[], Sequence[Program]]) -> None:
    """Until cancelled."""
    while True:
        for program in programs():
            with suppress(OSError):  # on a full disk the next look may find room
                rotate(program.unit, program.tell)
        await asyncio.sleep(_LOOK_S)


def rotate(unit: Unit, tell: Callable[[Signals], None], *, now: float | None = None) -> bool:
    """Whether logs were put away; `tell` then sends a signal to the process.

    They are renamed: who reads an old one finishes it, and nothing of it is lost.
    """
    moment = time.time() if now is None else now
    for log in unit.callers:
        _drop(put_away(log), moment)
    due = [log for log in (*unit.reopens, *unit.callers) if _size(log) >= LARGEST]
    due += [log for log in unit.callers if log not in due and moment - _begun(log, moment) >= CALLERS_S]
    for log in due:
        log.replace(put_away(log))
    if due:
        tell(SIGUSR1)
    return bool(due)


def put_away(log: Path) -> Path:
    return log.with_name(f"{log.name}.1")


def _drop(old: Path, now: float) -> None:
    with suppress(FileNotFoundError):
        if now - old.stat().st_mtime >= KEPT_S:
            old.unlink()


def _begun(log: Path, now: float) -> float:
    """When its first line was written; `now` when there is none, or none that tells."""
    try:
        with log.open("rb") as file:
            return float(json.loads(file.readline())["at"])
    except (OSError, ValueError, KeyError, TypeError):
        return now


def _size(log: Path) -> int:
    try:
        return log.stat().st_size
    except OSError:
        return 0
