"""Echo calls: whoever has a ticket hears himself over the same way as a call, for a few seconds."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from control_plane.core.turn.events import TurnEvent
from control_plane.ports.infrastructure import Clock
from control_plane.services.media.line import Line
from control_plane.services.media.tickets import ECHO_VALID_S

ECHO_S: Final = 10.0
"""An echo call lasts no longer."""


class EchoRoom:
    """Lets one in at a time, and nobody twice with the same ticket."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._used: dict[str, float] = {}
        """Names of tickets, until when they would be valid."""
        self._busy = False

    @contextmanager
    def entered(self, name: str) -> Iterator[bool]:
        """Whether the bearer of the ticket is let in; the room is his until the block is left."""
        now = self._clock.steady()
        self._used = {used: until for used, until in self._used.items() if until > now}
        if self._busy or name in self._used:
            yield False
            return
        self._used[name] = now + ECHO_VALID_S + 1
        self._busy = True
        try:
            yield True
        finally:
            self._busy = False


class Echo:
    """Says every frame that it hears."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def feed(self, frame: bytes) -> None:
        self._line.playout.add(frame)
        self._line.changed()

    def finalize(self) -> None:
        """There are no words."""

    async def run(self) -> None:
        """Until cancelled: there is nothing to do between two frames."""
        await asyncio.Event().wait()


def unheeded(event: TurnEvent) -> None:
    """Nobody converses on an echo call."""
