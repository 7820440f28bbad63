"""The one object that every handler of the simulator shares."""

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from aiohttp import ClientSession, web

from simulator.delays import Draws
from simulator.faults import Faults
from simulator.settings import Delays, Settings
from simulator.spoken import SpokenLedger
from simulator.stages import StageLedger
from simulator.tasks import Tasks

if TYPE_CHECKING:
    from simulator.telnyx.carrier import Carrier


now: Final = time.monotonic
"""Seconds of the clock that the event loop runs on: comparable with `loop.time()` and between processes."""


@dataclass(slots=True, kw_only=True)
class World:
    """State of one simulated world. `carrier` and `http` exist while the application runs."""

    settings: Settings
    delays: Delays
    draws: Draws
    faults: Faults = field(default_factory=Faults)
    spoken: SpokenLedger = field(default_factory=lambda: SpokenLedger(now))
    """What callers said, as the recogniser receives it."""
    tts_spoken: SpokenLedger = field(default_factory=lambda: SpokenLedger(now))
    """What the voices said, as the caller hears it."""
    stages: StageLedger = field(default_factory=StageLedger)
    tasks: Tasks = field(default_factory=Tasks)
    url: str = ""
    """Where the simulator itself is reached, without a slash at the end."""

    _carrier: "Carrier | None" = field(default=None, init=False)
    _http: ClientSession | None = field(default=None, init=False)

    now = staticmethod(now)

    def delay_s(self, name: str) -> float:
        """How long the thing of this name (a field of `Delays` in ms) takes this time, in seconds."""
        return self.draws.of(name, getattr(self.delays, name)) / 1000

    @property
    def carrier(self) -> "Carrier":
        assert self._carrier is not None
        return self._carrier

    @property
    def http(self) -> ClientSession:
        assert self._http is not None
        return self._http

    def open(self, carrier: "Carrier", http: ClientSession) -> None:
        self._carrier = carrier
        self._http = http


WORLD: web.AppKey[World] = web.AppKey("world", World)


def make_world(settings: Settings) -> World:
    return World(settings=settings, delays=settings.delays, draws=Draws(settings.seed))
