"""What is tidied up every night, one sweep after the other."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from control_plane.core.durable.slots import Daily
from control_plane.observability.logging import get_logger
from control_plane.ports.durable import DurableEngine, Run, Work
from control_plane.ports.infrastructure import Clock

log = get_logger("housekeeping")

KIND: Final = "housekeeping"
WHEN: Final = Daily(hour=3, minute=40)
"""UTC. Late enough for clinics in the Americas, early enough for shops in Spain."""

Sweep = Callable[[float], Awaitable[int]]
"""Takes the time (unix seconds), removes what is too old in small transactions, answers how many things that were."""


class Housekeeping:
    """The sweeps by name. Each is a step of one durable run: after a crash those that ended are not repeated."""

    def __init__(self, sweeps: Mapping[str, Sweep], *, clock: Clock) -> None:
        self._sweeps = sweeps
        self._clock = clock

    def serve(self, engine: DurableEngine) -> None:
        """Be run every night."""
        engine.register(Work(kind=KIND, run=self._run, concurrency=1))
        engine.schedule(KIND, KIND, when=WHEN)

    async def _run(self, run: Run, _: Mapping[str, Any]) -> dict[str, int]:
        swept: dict[str, int] = {}
        for name, sweep in self._sweeps.items():

            async def step(sweep: Sweep = sweep) -> int:
                return await sweep(self._clock.wall())

            swept[name] = int(await run.step(name, step))
        log.info("tidied up", **{name.replace(" ", "_"): count for name, count in swept.items()})
        return swept
