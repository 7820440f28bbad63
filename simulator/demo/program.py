"""A process of the demo, from its start to its certain end."""

import asyncio
import os
import signal
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from simulator.demo.failures import DemoFailed

PATIENCE_S: Final = 6.0
"""How long a process may take to end after SIGTERM."""
_READY_S: Final = 30.0
_MOMENT_S: Final = 0.5
_TAIL: Final = 15
_LONGEST: Final = 500


class Program:
    """One child in a process group of its own: Ctrl-C reaches it through `stop` only, and its children with it.

    What it writes goes to `log`; its first line of standard output can be read with `first_line`.
    """

    def __init__(self, name: str, process: Process, *, log: Path) -> None:
        self.name = name
        self.log = log
        self._process = process

    @classmethod
    async def start(
        cls, name: str, command: Sequence[str], *, log: Path, cwd: Path, environment: Mapping[str, str]
    ) -> "Program":
        """Raises DemoFailed when there is no such command."""
        try:
            with log.open("wb") as sink:
                process = await asyncio.create_subprocess_exec(
                    *command, stdout=PIPE, stderr=sink, cwd=cwd, env=dict(environment), start_new_session=True
                )
        except OSError as error:
            raise DemoFailed(f"The {name} could not be started: {error.strerror}.") from error
        return cls(name, process, log=log)

    async def first_line(self) -> str:
        """What it prints when it is ready. Raises DemoFailed when it ends first, or takes too long."""
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(_READY_S):
                line = await self._process.stdout.readline()
        except TimeoutError:
            raise self.failed(f"did not get ready within {_READY_S:.0f} s") from None
        if not line:
            raise self.failed("ended at once")
        return line.decode()

    async def watch(self) -> None:
        """Raises DemoFailed when the process ends by itself; what it prints meanwhile goes to the log."""
        assert self._process.stdout is not None
        with self.log.open("ab") as sink:
            while line := await self._process.stdout.readline():
                sink.write(line)
                sink.flush()
        code = await self._process.wait()
        raise self.failed(f"ended by itself with code {code}")

    async def died(self) -> DemoFailed | None:
        """Whether the process has ended by itself, a moment ago or right now."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_MOMENT_S):
                await self._process.wait()
        code = self._process.returncode
        return None if code is None else self.failed(f"ended by itself with code {code}")

    def failed(self, what: str) -> DemoFailed:
        """The error to raise: what happened, the end of the log, and where the whole log is."""
        return DemoFailed(f"The {self.name} {what}.\n{self.last_words()}")

    def last_words(self) -> str:
        """The last lines of the log, and where the rest is."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-_TAIL:]
        shown = "\n".join(f"  {line[:_LONGEST]}" for line in lines) or "  (nothing)"
        return f"Its log ends:\n{shown}\nThe whole log: {self.log}"

    async def stop(self) -> None:
        """SIGTERM, then SIGKILL to the whole group; returns when the process is gone."""
        if self._process.returncode is None:
            self._signal(signal.SIGTERM)
            try:
                async with asyncio.timeout(PATIENCE_S):
                    await self._process.wait()
            except TimeoutError:
                pass  # It gets the signal that cannot be ignored.
        self.kill()
        await self._process.wait()

    def kill(self) -> None:
        """End the group at once; also what is left of it when its leader is gone."""
        self._signal(signal.SIGKILL)

    def _signal(self, number: int) -> None:
        with suppress(ProcessLookupError):  # the whole group is gone
            os.killpg(self._process.pid, number)
