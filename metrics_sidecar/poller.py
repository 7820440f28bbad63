"""When each control plane is looked at, and what follows from what was seen."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final, NoReturn

from metrics_sidecar.board import Board
from metrics_sidecar.exposition.facts import Facts, cpu_percent, facts, lag_ms
from metrics_sidecar.exposition.reading import Reading
from metrics_sidecar.fleet import ControlPlane, Usage
from metrics_sidecar.sources.control_plane import ControlPlaneReader, Look, PollError
from metrics_sidecar.sources.machine import Machine
from metrics_sidecar.watch import State

log = logging.getLogger("sidecar.poller")

TIMEOUT_SHARE: Final = 0.6
"""Of the period: a look ends before the next is due, and what it showed is told within two periods."""
JITTER: Final = 0.1
WATCHED_S: Final = 120.0
"""Somebody who asked looks on for so long."""
METRICS_EVERY_WATCHED_S: Final = 10.0
METRICS_EVERY_S: Final = 60.0
"""Writing its metrics costs a control plane far more than its figures, so they are read less often."""
BELIEVED_S: Final = 2.5 * METRICS_EVERY_S


class Poller:
    """Looks at every control plane once a period, and at the machine."""

    def __init__(self, board: Board, reader: ControlPlaneReader, *, machine: Machine, period_s: float) -> None:
        self._board, self._reader, self._machine, self._period_s = board, reader, machine, period_s

    async def run(self) -> NoReturn:
        async with asyncio.TaskGroup() as group:
            for plane in self._board.fleet.planes.values():
                group.create_task(self._repeat(partial(self.look, plane)), name=f"poll {plane.name}")
                group.create_task(self._repeat(partial(self._samples, plane)), name=f"metrics {plane.name}")
            group.create_task(self._repeat(self._machine_look, at_once=False), name="poll machine")
        raise AssertionError("pollers do not end")

    async def look(self, plane: ControlPlane) -> None:
        """One look at one control plane."""
        try:
            seen = await self._reader.figures(plane.address)
        except PollError as error:
            self.failed(plane, error.state)
            return
        self._answered(plane, seen)
        self._board.write()

    async def _samples(self, plane: ControlPlane) -> None:
        """Beside the looks, so that slow metrics do not delay the next one."""
        if plane.answers and self._metrics_are_due(plane):
            await self._read_metrics(plane)
            self._board.take_samples()
            self._board.write()

    def failed(self, plane: ControlPlane, state: State) -> None:
        """A look, or work given to the control plane, failed: tell at once."""
        before = plane.watch.state
        plane.watch.failed(state, now=self._board.steady())
        self._note(plane, before)
        plane.usage, plane.facts, plane.lag_ms, plane.metrics_at = Usage(), Facts(), None, None
        if plane.reading.families:
            plane.reading = Reading()
            self._board.take_samples()
        self._board.write()

    def _answered(self, plane: ControlPlane, seen: Look) -> None:
        before = plane.watch.state
        plane.watch.answered(seen.figures, seen.took_s, now=self._board.steady())
        self._note(plane, before)
        usage = None
        if _is_local(plane.address) and seen.figures.pid:
            usage = self._machine.process(seen.figures.pid, uptime_s=seen.figures.uptime_s)
        plane.local, plane.usage = usage is not None, usage or plane.usage

    def _note(self, plane: ControlPlane, before: State) -> None:
        state = plane.watch.state
        plane.polls[state] = plane.polls.get(state, 0) + 1
        if state is not before:
            log.info("control plane changed", extra={"node": plane.name, "state": str(state), "before": str(before)})

    def _metrics_are_due(self, plane: ControlPlane) -> bool:
        now = self._board.steady()
        watched = now - self._board.asked_at < WATCHED_S
        every = METRICS_EVERY_WATCHED_S if watched else METRICS_EVERY_S
        return plane.metrics_at is None or now - plane.metrics_at >= every

    async def _read_metrics(self, plane: ControlPlane) -> None:
        now = self._board.steady()
        try:
            reading = await self._reader.metrics(plane.address, plane.name)
        except PollError as error:
            log.warning("metrics cannot be read", extra={"node": plane.name, "state": str(error.state)})
            if plane.metrics_at is None or now - plane.metrics_at < BELIEVED_S:
                return
            reading = Reading()
        before, after = plane.facts, facts(reading.families)
        plane.lag_ms = lag_ms(before, after)
        if not plane.local:
            seconds = now - plane.metrics_at if plane.metrics_at is not None else 0.0
            cpu = cpu_percent(before, after, seconds=seconds)
            plane.usage = Usage(memory_bytes=after.memory_bytes, cpu_percent=cpu)
        if plane.answers:  # it may have failed meanwhile
            plane.reading, plane.facts, plane.metrics_at = reading, after, now

    async def _machine_look(self) -> None:
        self._board.look_around()

    async def _repeat(self, look: Callable[[], Awaitable[None]], *, at_once: bool = True) -> NoReturn:
        """The one place that goes on whatever happens: a sidecar that stops looking would tell old news for true."""
        if not at_once:
            await asyncio.sleep(self._period_s)
        while True:
            begun = self._board.steady()
            try:
                await look()
            except Exception:
                log.exception("look failed")
            period = self._period_s * (1 + random.uniform(-JITTER, JITTER))  # noqa: S311
            await asyncio.sleep(max(period - (self._board.steady() - begun), 0.05))


def _is_local(address: str) -> bool:
    return address.split("://", 1)[-1].startswith(("127.", "localhost", "[::1]"))
