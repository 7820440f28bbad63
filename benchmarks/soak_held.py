"""The command `python -m benchmarks.soak_held`: what a call holds while it talks, and which files' lines asked for it.

After a warm-up so many callers are silent towards a bot that waits; the gateway is looked at before and meanwhile.
"""

import argparse
import asyncio
import sys
from collections import Counter
from typing import Final

import httpx

from benchmarks import soak_census, tables
from benchmarks.machine import Cores
from benchmarks.soak import TIMEOUT_S, WatchedStack
from benchmarks.soak_census import Census
from benchmarks.soak_kinds import KINDS, Mix
from benchmarks.soak_play import Player
from benchmarks.soak_world import OPEN, World
from benchmarks.stack import Plan

KB: Final = 1024
WARM_UP: Final = 150
TALK_S: Final = 14.0
"""Until the callers are looked at: they have all greeted, asked and been answered."""
_ASK: Final = {"do": "say", "text": "¿A qué hora abren, y cuándo cierran los sábados?"}
_SCRIPT: Final = {"steps": [*[_ASK] * 12, {"do": "hangup"}], "name": "held"}


async def held(stack: WatchedStack, calls: int) -> tuple[Census, Census]:
    """Before, and while all talk."""
    async with (
        httpx.AsyncClient(base_url=stack.url, timeout=TIMEOUT_S, trust_env=False) as gateway,
        httpx.AsyncClient(base_url=stack.sim_url, timeout=TIMEOUT_S, trust_env=False) as simulator,
    ):
        world = World(gateway=gateway, simulator=simulator)
        await world.furnish()
        player = Player(world=world, at_once=calls, bot=await world.bot())
        await player.play(Mix(kinds=KINDS).draw(WARM_UP))
        await asyncio.sleep(2.0)
        before = await _look(stack, 0)
        await world.begin_anew()
        for number in range(calls):
            body = {"script": _SCRIPT, "to": OPEN, "from": f"+57300200{number:04d}"}
            await world.tell("POST", "/sim/calls", body=body)
        await asyncio.sleep(TALK_S)
        live = (await world.ask("GET", "/health"))["live_calls"]
        return before, await _look(stack, live)


async def _look(stack: WatchedStack, calls: int) -> Census:
    return soak_census.take(stack.gateway, calls=calls, told=stack.told, data=stack.folder / "var")


def rows(before: Census, talking: Census, *, most: int = 25) -> list[tuple[str, ...]]:
    """Memory by file, per call."""
    by_file: Counter[str] = Counter()
    for place, size, _ in talking.traced:
        by_file[place.rpartition(":")[0].rpartition("site-packages/")[2]] += size
    listed = [(name, f"{size / KB / talking.calls:.2f}") for name, size in by_file.most_common(most)]
    return [("asked for by", "KB a call"), *listed]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak_held", description="What a talking call holds.")
    parser.add_argument("--calls", type=int, default=50)
    parser.add_argument("--trace", action="store_true", help="and by whom it was asked for; slower")
    told = parser.parse_args()
    settings = {"MAX_CALLS": str(told.calls + 4), "API_REQUESTS_PER_MINUTE": "1000000"}
    if told.trace:
        settings["SOAK_TRACE"] = "1"
    with WatchedStack(Plan(cores=Cores(gateway=frozenset(), others=frozenset()), settings=settings)) as stack:
        before, talking = asyncio.run(held(stack, told.calls))
    per_call = {
        name: (getattr(talking, name) - getattr(before, name)) / talking.calls for name in ("rss", "uss", "malloc")
    }
    print(f"{talking.calls} calls talk; KB a call:", {name: round(value / KB, 1) for name, value in per_call.items()})
    print("blocks a call:", (talking.blocks - before.blocks) // talking.calls)
    if told.trace:
        print(tables.plain(rows(before, talking)))
    more = Counter(talking.types)
    more.subtract(before.types)
    print("objects a call:", {name: round(count / talking.calls, 1) for name, count in more.most_common(40)})
    return 0


if __name__ == "__main__":
    sys.exit(main())
