"""When objects that hold one another, as a call's do, are looked for and freed.

A full collection holds everything up: 0.1 s with 300 calls, and the frames that wait meanwhile take half a second more
to catch up. Python would begin one whenever a quarter more objects have come, which is while the calls come.
"""

import asyncio
import gc
from collections.abc import Callable
from typing import Final, NoReturn, Protocol

PERIOD_S: Final = 2.0
IDLE_S: Final = 600.0
"""So often when nobody talks and none has ended: requests leave something too."""
MOST_ENDED: Final = 2000
"""Calls that may have ended unswept while others talk. They free nearly all of what they held by themselves."""


class Calls(Protocol):
    @property
    def live_calls(self) -> int: ...

    @property
    def ended_calls(self) -> int:
        """Since the process began."""
        ...


async def sweep(calls: Calls, *, period_s: float = PERIOD_S, collect: Callable[[], object] = gc.collect) -> NoReturn:
    """Until cancelled: collect when calls have ended and none talks, at the latest when many have ended, and now and
    then when nothing happens."""
    swept, idle_s = 0, 0.0
    while True:
        await asyncio.sleep(period_s)
        ended = calls.ended_calls - swept
        idle_s = 0.0 if calls.live_calls else idle_s + period_s
        if ended >= MOST_ENDED or (not calls.live_calls and (ended or idle_s >= IDLE_S)):
            collect()
            swept, idle_s = swept + ended, 0.0
