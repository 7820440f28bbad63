"""The folder in which recordings grow while their calls last, and the one who writes there."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextvars import Context
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

GATHER_S: Final = 0.1
"""So long blocks of all calls are gathered: a turn of a thread costs more than what it writes."""

Block = tuple[Path, bytes]
"""What is to be added to the end of a file."""
Spawn = Callable[[Coroutine[Any, Any, None], str], object]


@dataclass(frozen=True, slots=True)
class _Wanted:
    blocks: Sequence[Block]
    written: asyncio.Future[None]


class Spool:
    """Writes for all calls of the process together, off the event loop, and each call's blocks in their order."""

    def __init__(self, folder: Path, spawn: Spawn) -> None:
        self.folder = folder
        self._spawn = spawn
        self._waiting: list[_Wanted] = []
        self._working = False

    async def write(self, blocks: Sequence[Block]) -> None:
        """Returns when they are with the operating system. Raises OSError."""
        wanted = _Wanted(blocks, asyncio.get_running_loop().create_future())
        self._waiting.append(wanted)
        if not self._working:
            self._working = True
            # In no call's context: it works for all.
            Context().run(self._spawn, self._work(), "write recordings")
        await wanted.written

    async def _work(self) -> None:
        group: list[_Wanted] = []
        try:
            while self._waiting:
                await asyncio.sleep(GATHER_S)
                group, self._waiting = self._waiting, []
                faults = await asyncio.to_thread(_write, [wanted.blocks for wanted in group])
                for wanted, fault in zip(group, faults, strict=True):
                    _tell(wanted.written, fault)
        finally:
            self._working = False
            # Nothing, unless it was cancelled or met a fault of ours. What a thread has begun it still finishes.
            late, self._waiting = self._waiting, []
            for wanted, fault in zip(late, _write([wanted.blocks for wanted in late]), strict=True):
                _tell(wanted.written, fault)
            for wanted in group:
                _tell(wanted.written, OSError("nobody knows whether it was written"))


def _write(calls: Sequence[Sequence[Block]]) -> list[Exception | None]:
    return [_written(blocks) for blocks in calls]


def _written(blocks: Sequence[Block]) -> Exception | None:
    """The fault of one call is none of the others'."""
    try:
        for path, block in blocks:
            with path.open("ab") as file:
                file.write(block)
    except Exception as fault:  # a border: handed to whoever waits for this call's blocks
        return fault
    return None


def _tell(written: asyncio.Future[None], fault: Exception | None) -> None:
    if written.done():  # whoever waited was cancelled
        return
    if fault is None:
        written.set_result(None)
    else:
        written.set_exception(fault)
