"""How the calls of a soak test are played: many at once, each until both sides have let it go."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from benchmarks.soak_kinds import TURNED_AWAY, Ending, Kind
from benchmarks.soak_world import CLOSED, FORBIDDEN, OPEN, SOMEBODY, World

LOOK_S: Final = 0.2
PATIENCE_S: Final = 60.0
"""A call that lives longer has hung."""
SPARE: Final = 10
"""So many lines are left free but for the rush: the gateway lets go of a call a moment after the caller."""
RUSH: Final = 14
"""So many ring at the beginning of a batch beside those that may, so that some find no line."""
_REFUSED: Final = (409, 422, 429, 503)


@dataclass(slots=True, kw_only=True)
class Played:
    """What became of one call."""

    kind: Kind
    leg: str = ""
    """The simulator's id."""
    control_id: str = ""
    call_id: str = ""
    """The gateway's, of one that it placed."""
    refused: str = ""
    """Why there is no call."""
    record: Mapping[str, Any] = field(default_factory=dict)
    """The gateway's, at the end."""
    records: int = 0
    fault: str = ""
    took_s: float = 0.0

    @property
    def ending(self) -> Ending:
        return (str(self.record.get("hangup_cause", "")), str(self.record.get("reason", "")))

    @property
    def wrong(self) -> str:
        """What is not as it should be; empty when all is well."""
        if self.fault:
            return self.fault
        if self.kind.refused or self.refused == "not_accepting":
            return "" if self.refused and not self.records else f"was not refused: {self.refused or self.ending}"
        if self.refused:
            return f"was refused: {self.refused}"
        if self.records != 1:
            return f"has {self.records} records"
        if self.record["state"] != "ended" or not self.record["ended_at"]:
            return f"is stuck in {self.record['state']}"
        known = self.kind.endings | (frozenset() if self.kind.outbound else {TURNED_AWAY})
        return "" if self.ending in known else f"ended with {self.ending}"


@dataclass(slots=True, kw_only=True)
class Player:
    """Plays batches of calls, at most `at_once` at a time but for a rush at the beginning of each."""

    world: World
    at_once: int
    """The gateway's lines."""
    bot: str
    faults_taken: list[str] = field(default_factory=list)
    _numbers: Any = field(default_factory=lambda: itertools.count(1), init=False)
    _open: dict[str, asyncio.Event] = field(default_factory=dict, init=False)
    """By leg: until the line is closed."""
    _closed: set[str] = field(default_factory=set, init=False)

    async def play(self, kinds: Sequence[Kind]) -> list[Played]:
        """All of them; back when both sides have let go of every call."""
        await self.world.begin_anew()
        self._closed.clear()
        since = time.time() - 1
        lines = asyncio.Semaphore(self.at_once - SPARE)
        rush = asyncio.Semaphore(RUSH)
        early = len(kinds) - RUSH
        async with self._watched():
            played = await asyncio.gather(
                *(self._one(kind, lines if n < early else rush) for n, kind in enumerate(kinds))
            )
        faults = await self.world.tell("GET", "/sim/faults")
        self.faults_taken += [kind for _, kind in faults["taken"]]
        await self._settled()
        await self._look_up(played, since=since)
        return list(played)

    async def _one(self, kind: Kind, lines: asyncio.Semaphore) -> Played:
        played = Played(kind=kind)
        async with lines:
            began = time.monotonic()
            try:
                await asyncio.wait_for(self._whole(played), PATIENCE_S)
            except TimeoutError:
                played.fault = "did not end"
            except httpx.HTTPError as error:
                played.fault = f"could not be played: {error!r}"
            played.took_s = time.monotonic() - began
        return played

    async def _whole(self, played: Played) -> None:
        """From the first ring to the closed line."""
        await self._place(played)
        await self._give_up(played)
        if played.leg:
            await self._is_over(played.leg)

    async def _place(self, played: Played) -> None:
        kind, tell = played.kind, self.world.tell
        for fault in kind.faults:
            if fault["target"] != "telnyx.media":
                await tell("POST", "/sim/faults", body=dict(fault))
        script = {"steps": [dict(step) for step in kind.steps], "answer": kind.answer, "name": "soak"}
        if kind.outbound:
            await self._dial(played, script)
            return
        number = {"open": OPEN, "closed": CLOSED}[kind.number]
        placed = await tell("POST", "/sim/calls", body={"script": script, "to": number, "from": self._somebody()})
        played.leg, played.control_id = placed["id"], placed["call_control_id"]
        for fault in kind.faults:
            if fault["target"] == "telnyx.media":
                await tell("POST", "/sim/faults", body={**fault, "only": {"call": played.leg}})

    async def _dial(self, played: Played, script: Any) -> None:
        number = FORBIDDEN if played.kind.number == "forbidden" else self._somebody()
        await self.world.tell("POST", "/sim/answers", body={"number": number, "script": script})
        order = {"name": "Laura", "phone": number, "bot_id": self.bot}
        answer = await self.world.gateway.post("/api/call/initiate", json=order)
        if answer.status_code in _REFUSED:
            played.refused = str(answer.json().get("code", answer.text))
            return
        answer.raise_for_status()
        told = answer.json()
        played.call_id, played.control_id = told["call_id"], told["call_control_id"]
        legs = (await self.world.tell("GET", "/sim/calls"))["calls"]
        played.leg = next(one["id"] for one in legs if one["to"] == number)

    def _somebody(self) -> str:
        return f"{SOMEBODY[:-4]}{next(self._numbers) % 10_000:04d}"

    async def _give_up(self, played: Played) -> None:
        if played.kind.after_s is None or not played.leg:
            return
        await asyncio.sleep(played.kind.after_s)
        if not played.kind.outbound:
            await self.world.tell("POST", f"/sim/calls/{played.leg}/hangup", body={})
            return
        answer = await self.world.gateway.post(f"/api/calls/{played.call_id}/hangup")
        if answer.status_code != httpx.codes.CONFLICT:
            answer.raise_for_status()

    async def _is_over(self, leg: str) -> None:
        if leg not in self._closed:
            await self._open.setdefault(leg, asyncio.Event()).wait()

    @asynccontextmanager
    async def _watched(self) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            watch = group.create_task(self._watch())
            yield
            watch.cancel()

    async def _watch(self) -> None:
        """Who has left the line, asked once for all."""
        while True:
            await asyncio.sleep(LOOK_S)
            legs = (await self.world.tell("GET", "/sim/calls"))["calls"]
            self._closed = {leg["id"] for leg in legs if leg["line_closed"]}
            for leg in self._closed & set(self._open):
                self._open.pop(leg).set()

    async def _settled(self) -> None:
        """No call lives in the gateway; those that do not end are found in their records."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            await asyncio.sleep(LOOK_S)
            if not (await self.world.ask("GET", "/health"))["live_calls"]:
                return

    async def _look_up(self, played: Sequence[Played], *, since: float) -> None:
        """What the gateway has kept of each."""
        records: list[Mapping[str, Any]] = []
        cursor: str | None = ""
        while cursor is not None:
            page = await self.world.ask("GET", f"/api/calls?limit=200&from={since}&cursor={cursor}")
            records += page["items"]
            cursor = page["next_cursor"] or None
        for one in played:
            own = [each for each in records if each["call_control_id"] == one.control_id]
            one.records = len(own) if one.control_id else 0
            one.record = own[0] if one.records else {}
