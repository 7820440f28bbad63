"""Examinations: all checks together, one examination at a time, the last one kept."""

import asyncio
from dataclasses import dataclass
from typing import Final

from control_plane.core.doctor.findings import Finding, Level, found, worst
from control_plane.core.doctor.texts import level
from control_plane.observability.logging import get_logger
from control_plane.ports.infrastructure import Clock
from control_plane.services.doctor.checks import Check
from control_plane.services.doctor.mark import Mark
from control_plane.services.supervisor import Supervisor

log = get_logger("doctor")

CHECK_S: Final = 15.0
"""For each check."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One line of a report."""

    check: Check
    finding: Finding
    took_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One examination."""

    at: float
    """Unix seconds."""
    took_s: float
    lines: tuple[Checked, ...]

    @property
    def level(self) -> Level:
        return worst([level(line.finding) for line in self.lines])


class Doctor:
    """Examines one installation."""

    def __init__(self, checks: tuple[Check, ...], *, clock: Clock, supervisor: Supervisor, mark: Mark) -> None:
        self._checks = checks
        self._clock = clock
        self._supervisor = supervisor
        self.mark = mark
        """Tells the doctor's own webhooks from those of strangers."""
        self.running = False
        self.latest: Report | None = None

    def start(self) -> bool:
        """Examine in the background; false while an examination runs."""
        if self.running:
            return False
        self.running = True
        self._supervisor.spawn(self._examination(), "doctor")
        return True

    async def examine(self) -> Report:
        """Now, and wait for it."""
        at, began = self._clock.wall(), self._clock.steady()
        together = [check for check in self._checks if not check.alone]
        outcomes = dict(zip(together, await asyncio.gather(*map(self._look, together)), strict=True))
        for check in self._checks:
            if check.alone:
                outcomes[check] = await self._look(check)
        lines = tuple(outcomes[check] for check in self._checks)
        self.latest = Report(at=at, took_s=self._clock.steady() - began, lines=lines)
        return self.latest

    async def _examination(self) -> None:
        try:
            await self.examine()
        finally:
            self.running = False

    async def _look(self, check: Check) -> Checked:
        began = self._clock.steady()
        try:
            async with asyncio.timeout(CHECK_S):
                finding = await check.run()
        except TimeoutError:
            finding = found("check.slow", seconds=f"{CHECK_S:.0f}")
        except Exception as error:
            # A border: one check that fails in an unforeseen way must not take the others with it.
            log.error("check failed", check=check.name, exc_info=error)
            finding = found("check.broken", why=type(error).__name__)
        return Checked(check=check, finding=finding, took_s=self._clock.steady() - began)
