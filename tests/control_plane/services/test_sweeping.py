"""Ended calls are swept away when nobody talks, and when there are many of them."""

import asyncio
from dataclasses import dataclass

from control_plane.services.sweeping import IDLE_S, MOST_ENDED, sweep

VIRTUAL_TIME = True


@dataclass
class Calls:
    live_calls: int = 0
    ended_calls: int = 0


async def test_rubbish_is_swept_once_when_nobody_talks_and_sooner_when_there_is_much() -> None:
    calls, swept = Calls(), list[int]()
    sweeping = asyncio.ensure_future(sweep(calls, period_s=1.0, collect=lambda: swept.append(calls.ended_calls)))
    await asyncio.sleep(3.5)
    assert swept == []  # nothing has ended
    calls.live_calls, calls.ended_calls = 5, MOST_ENDED - 1
    await asyncio.sleep(3)
    assert swept == []  # somebody talks
    calls.ended_calls = MOST_ENDED
    await asyncio.sleep(3)
    assert swept == [MOST_ENDED]
    calls.live_calls, calls.ended_calls = 0, MOST_ENDED + 1
    await asyncio.sleep(3)
    assert swept == [MOST_ENDED, MOST_ENDED + 1]
    await asyncio.sleep(IDLE_S + 1)
    assert swept == [MOST_ENDED, MOST_ENDED + 1, MOST_ENDED + 1]
    sweeping.cancel()
