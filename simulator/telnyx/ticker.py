"""The one 20 ms clock that all calls share."""

import asyncio
from collections.abc import Callable
from typing import Final, Generic, TypeVar

_PERIOD_S: Final = 0.02
_SLOTS: Final = 10
"""The frames of many calls do not leave in one burst, and timers are no finer than a millisecond."""
_STEP_S: Final = _PERIOD_S / _SLOTS
_LATE_S: Final = 0.005
"""A tick that is later than this is counted: it makes what is measured of a turn as much too long."""
_HOPELESS_S: Final = 1.0
"""A backlog longer than this is skipped instead of made up for."""

Line = TypeVar("Line")


class Ticker(Generic[Line]):
    """Serves every line once in 20 ms, on an absolute clock; lines are spread over ten phases.

    When the loop was late, the missed ticks follow at once, each with the time at which it was due.
    """

    def __init__(self, now: Callable[[], float], serve: Callable[[Line, float], None]) -> None:
        self._now = now
        self._serve = serve
        self._slots: list[list[Line]] = [[] for _ in range(_SLOTS)]
        self.late_s = 0.0
        """The longest delay of a tick since the last `forget`."""
        self.ticks = 0
        self.late_ticks = 0

    def add(self, line: Line) -> int:
        """Serve this line from now on; the slot it got."""
        slot = min(range(_SLOTS), key=lambda index: len(self._slots[index]))
        self._slots[slot].append(line)
        return slot

    def remove(self, line: Line, slot: int) -> None:
        if line in self._slots[slot]:
            self._slots[slot].remove(line)

    def forget(self) -> None:
        """Begin again to count how punctual the ticks are."""
        self.late_s = 0.0
        self.ticks = self.late_ticks = 0

    def _note(self, late_s: float) -> None:
        self.late_s = max(self.late_s, late_s)
        self.ticks += 1
        self.late_ticks += late_s > _LATE_S

    async def run(self) -> None:
        start = self._now()
        number = 0
        while True:
            number += 1
            if not any(self._slots):
                number += _SLOTS - 1
            due = start + number * _STEP_S
            ahead = due - self._now()
            # Also when late: what arrived on the sockets meanwhile must be read before the next frame is due.
            await asyncio.sleep(max(ahead, 0.0))
            self._note(self._now() - due)
            if ahead < -_HOPELESS_S:
                number = int((self._now() - start) / _STEP_S)
                continue
            for line in tuple(self._slots[number % _SLOTS]):
                self._serve(line, due)
