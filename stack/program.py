"""A running process of the installation, from its start to its certain end."""

import asyncio
import os
import shutil
import sys
from asyncio.subprocess import DEVNULL, STDOUT, Process
from contextlib import suppress
from pathlib import Path
from signal import SIGKILL, SIGTERM, Signals
from typing import Final

from stack.asking import Answer, ask
from stack.failures import StackFailed
from stack.unit import Unit

_LAUNCHER: Final = str(Path(__file__).with_name("launcher.py"))
_LOOK_S: Final = 0.05
_MOMENT_S: Final = 0.5
_TAIL: Final = 15
_TAIL_BYTES: Final = 64 * 1024
_LONGEST: Final = 500


class Program:
    """One child in a process group of its own: Ctrl-C reaches it through `stop` only, and its children with it.

    What it writes goes into the file of its unit, so that nobody who reads too slowly can hold it up.
    """

    def __init__(self, unit: Unit, process: Process, *, began: int) -> None:
        self.unit = unit
        self._process = process
        self._began = began

    @classmethod
    async def start(cls, unit: Unit) -> "Program":
        """Raises StackFailed when it cannot even be tried."""
        if shutil.which(unit.command[0], path=unit.environment.get("PATH")) is None:
            raise StackFailed(f"The {unit.name} could not be started: there is no {unit.command[0]} here.")
        launched = (sys.executable, "-I", "-S", _LAUNCHER, str(int(unit.orphaned)), str(os.getpid()))
        try:
            unit.log.parent.mkdir(parents=True, exist_ok=True)
            with unit.log.open("ab") as sink:
                process = await asyncio.create_subprocess_exec(
                    *(*launched, *unit.command),
                    stdin=DEVNULL,
                    stdout=sink,
                    stderr=STDOUT,
                    cwd=unit.cwd,
                    env=dict(unit.environment),
                    start_new_session=True,
                )
                began = sink.tell()
        except OSError as error:
            raise StackFailed(f"The {unit.name} could not be started: {error}.") from error
        return cls(unit, process, began=began)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def code(self) -> int | None:
        """Its exit code, once it has ended."""
        return self._process.returncode

    async def wait(self) -> int:
        return await self._process.wait()

    async def until_ready(self) -> None:
        """Raises StackFailed when it ends first, or takes too long."""
        last: Answer | None = None
        try:
            async with asyncio.timeout(self.unit.ready_s):
                while self.unit.ready and (last := await ask(self.unit.ready)).status not in self.unit.good:
                    self._alive()
                    await asyncio.sleep(_LOOK_S)
        except TimeoutError:
            said = f" {self.unit.ready} says: {last.text}." if last else ""
            raise self.failed(f"did not get ready within {self.unit.ready_s:.0f} s.{said}") from None
        self._alive()

    async def line(self, beginning: str) -> str:
        """The first line it writes that begins so. Raises StackFailed when it ends first, or takes too long."""
        try:
            async with asyncio.timeout(self.unit.ready_s):
                while not (found := self._line(beginning)):
                    self._alive()
                    await asyncio.sleep(_LOOK_S)
        except TimeoutError:
            raise self.failed(f"did not get ready within {self.unit.ready_s:.0f} s") from None
        return found

    async def watch(self) -> None:
        """Raises StackFailed when the process ends by itself."""
        code = await self.wait()
        raise self.failed(f"ended by itself with code {code}")

    async def died(self) -> StackFailed | None:
        """Whether the process has ended by itself, a moment ago or right now."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_MOMENT_S):
                await self.wait()
        return None if self.code is None else self.failed(f"ended by itself with code {self.code}")

    def failed(self, what: str) -> StackFailed:
        """The error to raise: what happened, the end of the log, and where the whole log is."""
        return StackFailed(f"The {self.unit.name} {what.rstrip('.')}.\n{self.last_words()}")

    def last_words(self) -> str:
        """The last lines of the log, and where the rest is."""
        lines = self._written().splitlines()[-_TAIL:]
        shown = "\n".join(f"  {line[:_LONGEST]}" for line in lines) or "  (nothing)"
        return f"Its log ends:\n{shown}\nThe whole log: {self.unit.log}"

    async def stop(self) -> None:
        """SIGTERM, then SIGKILL to the whole group; returns when the process is gone."""
        if self.code is None:
            self._to_all(SIGTERM)
            with suppress(TimeoutError):
                async with asyncio.timeout(self.unit.patience_s):
                    await self.wait()
        self.kill()
        await self.wait()

    def tell(self, number: Signals) -> None:
        """Send a signal to the process itself, when it is there."""
        if self.code is None:
            self._process.send_signal(number)

    def kill(self) -> None:
        """End the group at once; also what is left of it when its leader is gone."""
        self._to_all(SIGKILL)

    def _to_all(self, number: Signals) -> None:
        with suppress(ProcessLookupError):  # the whole group is gone
            os.killpg(self.pid, number)

    def _alive(self) -> None:
        if self.code is not None:
            raise self.failed(f"ended with code {self.code} before it was ready")

    def _line(self, beginning: str) -> str:
        """Empty when it has not written such a line yet, or not all of it."""
        lines = self._written().splitlines(keepends=True)
        found = next((line for line in lines if line.startswith(beginning)), "")
        return found if found.endswith("\n") else ""

    def _written(self) -> str:
        """What it has written since its start, or the end of that."""
        with suppress(OSError), self.unit.log.open("rb") as log:
            size = log.seek(0, os.SEEK_END)
            begin = self._began if self._began <= size else 0  # the file was emptied meanwhile
            log.seek(max(begin, size - _TAIL_BYTES))
            return log.read().decode(errors="replace")
        return ""
