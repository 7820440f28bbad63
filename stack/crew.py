"""The processes of one installation: started in order, started again when they die, ended in order."""

import asyncio
import time
from collections.abc import Callable
from itertools import groupby
from typing import Final

from stack.failures import StackFailed
from stack.program import Program
from stack.unit import Unit

Say = Callable[[str], None]
FIRST_PAUSE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 30.0
_STEADY_S: Final = 60.0
"""Who has run for so long starts with the short pause again."""


class Crew:
    """`say` gets every sentence that the person at the terminal should read."""

    def __init__(self, say: Say) -> None:
        self.say = say
        self._running: list[Program] = []
        self._ending = False

    @property
    def programs(self) -> tuple[Program, ...]:
        return tuple(self._running)

    async def start(self, unit: Unit) -> Program:
        """Returns when it is ready. Raises StackFailed."""
        program = await Program.start(unit)
        self._running.append(program)
        await program.until_ready()
        return program

    async def keep_alive(self) -> None:
        """Start again whatever dies, until cancelled. Raises StackFailed when that is of no use."""
        async with asyncio.TaskGroup() as group:
            for program in self._running:
                group.create_task(self._keep(program))

    async def _keep(self, program: Program) -> None:
        pause = FIRST_PAUSE_S
        while True:
            began = time.monotonic()
            code = await program.wait()
            if self._ending:
                return
            if code in program.unit.hopeless:
                raise program.failed(f"ended with code {code}, and would do so again")
            if time.monotonic() - began > _STEADY_S:
                pause = FIRST_PAUSE_S
            self.say(f"!! The {program.unit.name} has died ({how(code)}); it is started again in {pause:g} s.")
            self.say(program.last_words())
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_S)
            program = await self._again(program)

    async def _again(self, dead: Program) -> Program:
        """Its successor; one that does not get ready is ended, so that the next attempt finds its place free."""
        dead.kill()
        program = await Program.start(dead.unit)
        self._running[self._running.index(dead)] = program
        try:
            await program.until_ready()
            self.say(f"The {program.unit.name} runs again.")
        except StackFailed as failure:
            self.say(str(failure).partition("\n")[0])
            await program.stop()
        return program

    async def stop(self) -> None:
        """By turns. To be called once more after a cancellation."""
        self._ending = True
        order = sorted(self._running, key=lambda program: program.unit.turn)
        for _, together in groupby(order, key=lambda program: program.unit.turn):
            await self._stop_together(tuple(together))
        self._running.clear()

    async def _stop_together(self, programs: tuple[Program, ...]) -> None:
        async with asyncio.TaskGroup() as group:
            for program in programs:
                group.create_task(self._stop_one(program))

    async def _stop_one(self, program: Program) -> None:
        await program.stop()
        self.say(f"{program.unit.name}: ended.")

    def kill(self) -> None:
        """The last resort: at once, and without waiting."""
        self._ending = True
        for program in self._running:
            program.kill()


def how(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"code {code}"
