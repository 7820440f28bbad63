"""The command `python -m benchmarks.soak`: a thousand calls of all sorts, and whether anything of them is left.

The gateway and the simulator are processes as in production, with a database of their own. After a warm-up the gateway
is looked at after each hundred calls, when none lives.
"""

import argparse
import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
import psutil  # type: ignore[import-untyped]

from benchmarks import soak_census, soak_judge, tables
from benchmarks.machine import Cores
from benchmarks.meter import MB, cpu_s
from benchmarks.soak_census import Census
from benchmarks.soak_kinds import KINDS, TURNED_AWAY, Kind, Mix
from benchmarks.soak_play import Played, Player
from benchmarks.soak_world import World
from benchmarks.stack import Plan, Stack

AT_ONCE: Final = 50
BATCH: Final = 100
WARM_UP: Final = 150
"""Until caches are filled and every module is loaded."""
TURNED_AWAY_MOST: Final = 0.15
"""Of all calls; when all lines are taken some are meant to be."""
QUIET_S: Final = 20.0
"""So long after the last call of a batch the gateway may be busy with what follows from them."""
REST_S: Final = 24.0
"""After so long nobody keeps a connection for the next request."""
LAST_REST: Final = 4
"""So many times longer at the end, if it must be: longer than the server keeps a connection."""
LOOK_S: Final = 0.3
TIMEOUT_S: Final = 20.0
NOT_KEPT: Final = httpx.Limits(max_keepalive_connections=0)
"""Connections of ours are not to be counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What is played. With `minutes` batches go on for so long, whatever `calls` says."""

    calls: int = 1000
    minutes: float = 0.0
    at_once: int = AT_ONCE
    warm_up: int = WARM_UP
    batch: int = BATCH
    rest_s: float = REST_S
    seed: int = 1
    kinds: Sequence[Kind] = KINDS
    environment: Mapping[str, str] = field(default_factory=dict)
    """More of it for the gateway."""


@dataclass(slots=True, kw_only=True)
class Findings:
    """What came of it."""

    looks: list[Census] = field(default_factory=list)
    """After the warm-up, and after each batch."""
    rested: list[Census] = field(default_factory=list)
    """After the warm-up and at the end, when connections that were kept for a while are closed too."""
    played: list[Played] = field(default_factory=list)
    leftovers: list[str] = field(default_factory=list)
    faults_taken: list[str] = field(default_factory=list)
    took_s: float = 0.0

    @property
    def complaints(self) -> list[str]:
        """Everything that is not as it should be."""
        return [
            *self._wrong(),
            *self._unplayed(),
            *self.leftovers,
            *soak_judge.risen(self.looks),
            *soak_judge.kept(self.rested),
        ]

    def _wrong(self) -> list[str]:
        wrong = Counter(f"call that {one.kind.name} {one.wrong}" for one in self.played if one.wrong)
        away = sum(one.ending == TURNED_AWAY or one.refused == "not_accepting" for one in self.played)
        if away > TURNED_AWAY_MOST * len(self.played):
            wrong[f"{away} calls were turned away"] += 1
        return [f"{count} times: {what}" for what, count in wrong.most_common()]

    def _unplayed(self) -> list[str]:
        seen = {(one.kind.name, one.ending) for one in self.played}
        marked = {one.kind.name: one.kind.mark for one in self.played if one.kind.mark}
        return [
            f"no call that {name} ended as meant"
            for name, mark in marked.items()
            if not any((name, ending) in seen for ending in mark)
        ]


class WatchedStack(Stack):
    """A stack whose gateway tells what lives in it."""

    @property
    def told(self) -> Path:
        return self.folder / "census.json"

    def _start(self, name: str, arguments: Sequence[str], **how: Any) -> psutil.Popen:
        watched = ["-m", "benchmarks.soak_watch", str(self.told), *arguments[1:]]
        return super()._start(name, watched if name == "gateway" else arguments, **how)


def soak(options: Options) -> Findings:
    """Play it all. Raises StackFailed."""
    settings = {"MAX_CALLS": str(options.at_once), "API_REQUESTS_PER_MINUTE": "1000000", **options.environment}
    with WatchedStack(Plan(cores=Cores(gateway=frozenset(), others=frozenset()), settings=settings)) as stack:
        return asyncio.run(_play(stack, options))


async def _play(stack: WatchedStack, options: Options) -> Findings:
    findings = Findings()
    async with (
        httpx.AsyncClient(base_url=stack.url, timeout=TIMEOUT_S, trust_env=False, limits=NOT_KEPT) as gateway,
        httpx.AsyncClient(base_url=stack.sim_url, timeout=TIMEOUT_S, trust_env=False) as simulator,
    ):
        world = World(gateway=gateway, simulator=simulator)
        await world.furnish()
        player = Player(world=world, at_once=options.at_once, bot=await world.bot())
        mix = Mix(kinds=options.kinds, seed=options.seed)
        findings.played += await player.play(mix.draw(options.warm_up))
        findings.looks.append(await _look(stack, len(findings.played)))
        _tell(stack, findings)
        await asyncio.sleep(options.rest_s)
        findings.rested.append(await _look(stack, len(findings.played)))
        began = time.monotonic()
        while _goes_on(options, len(findings.played) - options.warm_up, passed_s=time.monotonic() - began):
            findings.played += await player.play(mix.draw(options.batch))
            findings.looks.append(await _look(stack, len(findings.played)))
            _tell(stack, findings)
        findings.took_s = time.monotonic() - began
        findings.rested.append(await _rest(stack, findings, rest_s=options.rest_s))
        findings.leftovers = soak_judge.left_over(findings.looks[-1])
        findings.faults_taken = player.faults_taken
    return findings


def _goes_on(options: Options, played: int, *, passed_s: float) -> bool:
    return passed_s < options.minutes * 60 if options.minutes else played < options.calls


async def _look(stack: WatchedStack, calls: int) -> Census:
    """Once nothing is left to be done; what is then still there is in the census."""
    deadline = time.monotonic() + QUIET_S
    while True:
        await asyncio.sleep(LOOK_S)
        look = soak_census.take(stack.gateway, calls=calls, told=stack.told, data=stack.folder / "var")
        if not soak_judge.left_over(look) or time.monotonic() > deadline:
            return look


async def _rest(stack: WatchedStack, findings: Findings, *, rest_s: float) -> Census:
    """Once everything is as it was after the warm-up; at the latest after a while."""
    deadline = time.monotonic() + rest_s * LAST_REST
    while True:
        await asyncio.sleep(1.0)
        look = await _look(stack, len(findings.played))
        if time.monotonic() > deadline or not soak_judge.kept([*findings.rested, look]):
            return look


def _tell(stack: WatchedStack, findings: Findings) -> None:
    look, wrong = findings.looks[-1], sum(bool(one.wrong) for one in findings.played)
    print(
        f"{look.calls} calls, {wrong} wrong; RSS {look.rss / MB:.1f} USS {look.uss / MB:.1f} "
        f"malloc {look.malloc / MB:.1f} MB blocks {look.blocks} files {look.fds} sockets {look.sockets} "
        f"tasks {sum(look.tasks.values())} threads {look.threads} cpu {cpu_s(stack.gateway):.1f} s",
        flush=True,
    )


def report(findings: Findings) -> str:
    """For people."""
    endings = Counter((one.kind.name, *one.ending, one.refused) for one in findings.played)
    rows: list[tuple[str, ...]] = [("calls that", "cause", "reason", "refused", "number")]
    rows += [(*map(str, what), str(count)) for what, count in sorted(endings.items())]
    parts = [tables.plain(rows), _faults(findings)]
    parts += [f"more of {name}: {count}" for name, count in soak_judge.more(findings.rested)]
    parts += [f"LEAK OR FAULT: {what}" for what in findings.complaints] or ["nothing grew, every call ended well"]
    return "\n".join((*parts, f"{findings.took_s:.0f} s"))


def _faults(findings: Findings) -> str:
    taken = Counter(findings.faults_taken)
    return "faults that happened: " + ", ".join(f"{kind} {count}" for kind, count in sorted(taken.items()))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description="Whether anything is left of calls.")
    parser.add_argument("--calls", type=int, default=1000)
    parser.add_argument("--minutes", type=float, default=0.0, help="play for so long, however many calls that are")
    parser.add_argument("--at-once", type=int, default=AT_ONCE)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, metavar="FILE", help="every look, for programs")
    told = parser.parse_args()
    findings = soak(Options(calls=told.calls, minutes=told.minutes, at_once=told.at_once, seed=told.seed))
    print(report(findings))
    if told.json:
        told.json.write_text(json.dumps([asdict(look) for look in (*findings.looks, *findings.rested)]) + "\n")
    return 1 if findings.complaints else 0


if __name__ == "__main__":
    sys.exit(main())
