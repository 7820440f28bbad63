"""A word in between when a reply takes long: the caller must not wonder whether the line is dead."""

import asyncio
import math
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

from control_plane.core.bot import Bot
from control_plane.observability.metrics import Metrics
from control_plane.ports.infrastructure import Clock
from control_plane.services.conversation.turn_log import TurnLog
from control_plane.services.supervisor import Supervisor

QUIET_S: Final = 2.0
"""So much silence, and something is said; it has half a second to become audible."""

LIMIT: Final = 4
"""In one reply: by then every provider has had its chance, and the apology is due."""


class FillerParts(Protocol):
    """What fillers work with."""

    @property
    def bot(self) -> Bot: ...

    @property
    def turns(self) -> TurnLog: ...

    @property
    def clock(self) -> Clock: ...

    @property
    def metrics(self) -> Metrics: ...

    @property
    def supervisor(self) -> Supervisor: ...


class Fillers:
    """Watches over the silence of one reply at a time, with one timer. It is not part of what the bot remembers."""

    def __init__(
        self,
        parts: FillerParts,
        *,
        audible_until: Callable[[], float | None],
        interject: Callable[[str], Awaitable[bool]],
    ) -> None:
        self._parts = parts
        self._audible_until = audible_until
        self._interject = interject
        self._timer: asyncio.TimerHandle | None = None
        self._quiet_since = 0.0
        self._said = 0
        self._turn = 0
        self._watching: object | None = None
        """Stands for the reply that is watched over."""

    def watch(self, quiet_since: float | None) -> None:
        """A reply is to come; the caller has heard nothing since then (steady seconds; None: since now)."""
        now = self._parts.clock.steady()
        self._quiet_since = now if quiet_since is None else quiet_since
        self._said = 0
        self._watching = object()
        self._arm(self._quiet_since + QUIET_S)

    def stop(self) -> None:
        self._watching = None
        self._disarm()

    def close(self) -> None:
        """For good: whoever owns it is let go of."""
        self.stop()
        self._audible_until = lambda: None
        self._interject = _to_nobody

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arm(self, at: float) -> None:
        self._disarm()
        delay = max(0.0, at - self._parts.clock.steady())
        self._timer = asyncio.get_running_loop().call_later(delay, self._look)

    def _look(self) -> None:
        self._timer = None
        now = self._parts.clock.steady()
        until = self._audible_until()
        if until is not None and math.isfinite(until):
            self._quiet_since = max(self._quiet_since, until)
        if until == math.inf:
            self._quiet_since = now
        if now - self._quiet_since < QUIET_S:
            self._arm(self._quiet_since + QUIET_S)
        elif self._said < LIMIT:
            self._parts.supervisor.spawn(self._fill(self._watching), "filler")

    async def _fill(self, reply: object | None) -> None:
        fillers = self._parts.bot.phrases.fillers
        if not fillers:
            return
        text = fillers[self._turn % len(fillers)]
        self._turn += 1
        if await self._interject(text):
            self._parts.metrics.fillers_total.inc()
            self._parts.turns.agent_says(text)
            self._said += self._watching is reply
        if self._watching is reply:
            self._quiet_since = self._parts.clock.steady()
            self._arm(self._quiet_since + QUIET_S)


async def _to_nobody(text: str) -> bool:
    return False
