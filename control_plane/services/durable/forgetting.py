"""The nightly work that deletes runs which ended long ago."""

from collections.abc import Mapping
from typing import Any, Final

from control_plane.ports.durable import Run, Work
from control_plane.ports.infrastructure import Clock
from control_plane.ports.runs import RunLedger

FORGET_RUNS: Final = "forget_runs"

KEPT_S: Final = 30 * 86_400.0
"""How long a run that ended can be looked at, and its id is taken."""

PORTION: Final = 500
"""Deleted in one transaction: writers of calls must not wait for more."""


def forgetting(ledger: RunLedger, clock: Clock) -> Work:
    async def forget(run: Run, argument: Mapping[str, Any]) -> int:
        before = clock.wall() - KEPT_S
        forgotten = 0
        while portion := await ledger.forget(before=before, limit=PORTION):
            forgotten += portion
        return forgotten

    return Work(kind=FORGET_RUNS, run=forget, concurrency=1)
