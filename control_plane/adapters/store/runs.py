"""Work that survives a crash, in SQL."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, Select, delete, func, select, update

from control_plane.adapters.store.database import Database
from control_plane.adapters.store.rows import insert_once
from control_plane.adapters.store.run_tables import LIVES, RUNS, WAITS, run_steps, runs
from control_plane.ports.durable import RunState, RunStatus
from control_plane.ports.runs import SIGNAL, ClaimedRun, Leaving, NewRun, Owner, Room

_STATUS: Final = tuple(runs.c[name] for name in RunStatus.__dataclass_fields__)
_FREE: Final = {"state": "waiting", "node": "", "claim": "", "awaits": ""}
_ENDED: Final = {"node": "", "claim": "", "awaits": ""}

SPREAD: Final = 8
"""So many times the free places are looked at, when queues have limits: the first ones may be all of one queue."""


class SqlRunLedger:
    """The RunLedger port on a Database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._new_run = insert_once(database.dialect, runs).returning(runs.c.id)
        self._new_step = insert_once(database.dialect, run_steps)

    async def add(self, run: NewRun) -> bool:
        row = {
            **{name: getattr(run, name) for name in run.__dataclass_fields__},
            **_FREE,
            "argument": dict(run.argument),
            "result": None,
            "error": "",
            "tries": 0,
            "falls": 0,
            "ended_at": None,
        }
        return await self._database.write(lambda connection: connection.execute(self._new_run, row).first() is not None)

    async def due(self, kinds: Sequence[str]) -> Mapping[str, float]:
        if not kinds:
            return {}
        query = _earliest(tuple(kinds))
        row = await self._database.read(lambda connection: connection.execute(query).one())
        return {kind: float(at) for kind, at in zip(kinds, row, strict=True) if at is not None}

    async def claim(self, room: Room, owner: Owner, *, now: float) -> Sequence[ClaimedRun]:
        looked_at = room.free * (SPREAD if room.per_queue else 1)
        oldest = (
            select(runs)
            .where(WAITS, runs.c.kind == room.kind, runs.c.due_at <= now, runs.c.queue.not_in(room.full))
            .order_by(runs.c.due_at)
            .limit(looked_at)
            .with_for_update(skip_locked=True)
        )

        def take(connection: Connection) -> Sequence[ClaimedRun]:
            rows = connection.execute(oldest).mappings().all()
            rows = [rows[place] for place in room.choose([str(row["queue"]) for row in rows])]
            ids = [row["id"] for row in rows]
            if not ids:
                return []
            taken = {"state": "running", "node": owner.node, "claim": owner.claim, "awaits": ""}
            connection.execute(update(runs).where(runs.c.id.in_(ids)).values(**taken))
            kept: dict[str, dict[str, Any]] = {run_id: {} for run_id in ids}
            for step in connection.execute(select(run_steps).where(run_steps.c.run_id.in_(ids))):
                kept[step.run_id][step.name] = step.value
            return [_claimed(row, claim=owner.claim, kept=kept[row["id"]]) for row in rows]

        return await self._database.write(take)

    async def keep(self, run_id: str, claim: str, *, name: str, value: Any) -> bool:
        progress = update(runs).where(*_held(run_id, claim)).values(tries=0, falls=0)

        def keep(connection: Connection) -> bool:
            if not connection.execute(progress).rowcount:
                return False
            connection.execute(self._new_step, {"run_id": run_id, "name": name, "value": value})
            return True

        return await self._database.write(keep)

    async def leave(self, run_id: str, claim: str, *, leaving: Leaving) -> bool:
        values = _left(leaving)
        signal = select(run_steps.c.name).where(
            run_steps.c.run_id == run_id, run_steps.c.name == SIGNAL + values["awaits"]
        )

        def leave(connection: Connection) -> bool:
            if not connection.execute(update(runs).where(*_held(run_id, claim)).values(**values)).rowcount:
                return False
            # The row is locked by now, and `signal` locks it before it writes: one of the two sees the other.
            if values["awaits"] and connection.execute(signal).first() is not None:
                connection.execute(update(runs).where(runs.c.id == run_id).values(due_at=leaving.at))
            return True

        return await self._database.write(leave)

    async def held(self, node: str) -> Mapping[str, str]:
        query = select(runs.c.id, runs.c.claim).where(RUNS, runs.c.node == node)
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return {row.id: row.claim for row in rows}

    async def release(self, nodes: Sequence[str], *, now: float) -> int:
        freed = update(runs).where(RUNS, runs.c.node.in_(nodes)).values(**_FREE, due_at=now, falls=runs.c.falls + 1)
        return await self._database.write(lambda connection: connection.execute(freed).rowcount)

    async def cancel(self, run_id: str, *, at: float) -> bool:
        ended = update(runs).where(runs.c.id == run_id, LIVES).values(**_ENDED, state="cancelled", ended_at=at)
        return await self._database.write(lambda connection: connection.execute(ended).rowcount > 0)

    async def signal(self, run_id: str, name: str, *, value: Any, at: float) -> bool:
        lives = select(runs.c.id).where(runs.c.id == run_id, LIVES).with_for_update()
        woken = update(runs).where(runs.c.id == run_id, WAITS, runs.c.awaits == name).values(due_at=at)

        def signal(connection: Connection) -> bool:
            if connection.execute(lives).first() is None:
                return False
            connection.execute(self._new_step, {"run_id": run_id, "name": SIGNAL + name, "value": value})
            connection.execute(woken)
            return True

        return await self._database.write(signal)

    async def get(self, run_id: str) -> RunStatus | None:
        query = select(*_STATUS).where(runs.c.id == run_id)
        row = await self._database.read(lambda connection: connection.execute(query).mappings().first())
        return RunStatus(**row) if row is not None else None

    async def list(self, *, kind: str, state: RunState | None, limit: int) -> Sequence[RunStatus]:
        query = select(*_STATUS).order_by(runs.c.created_at.desc(), runs.c.id.desc()).limit(limit)
        if kind:
            query = query.where(runs.c.kind == kind)
        if state is not None:
            query = query.where(runs.c.state == state)
        rows = await self._database.read(lambda connection: connection.execute(query).mappings().all())
        return [RunStatus(**row) for row in rows]

    async def overdue(self, *, now: float) -> Mapping[str, int]:
        query = select(runs.c.kind, func.count()).where(WAITS, runs.c.due_at <= now).group_by(runs.c.kind)
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return {str(row[0]): int(row[1]) for row in rows}

    async def forget(self, *, before: float, limit: int) -> int:
        old = select(runs.c.id).where(runs.c.ended_at < before).limit(limit)
        return await self._database.write(
            lambda connection: connection.execute(delete(runs).where(runs.c.id.in_(old))).rowcount
        )


@cache
def _earliest(kinds: tuple[str, ...]) -> Select[Any]:
    """One look into the index for each kind, however many runs wait. Asked every second, and therefore made once."""
    earliest = [select(func.min(runs.c.due_at)).where(WAITS, runs.c.kind == kind) for kind in kinds]
    return select(*(each.scalar_subquery().label(f"kind_{place}") for place, each in enumerate(earliest)))


def _held(run_id: str, claim: str) -> tuple[Any, ...]:
    return (runs.c.id == run_id, RUNS, runs.c.claim == claim)


def _claimed(row: RowMapping, *, claim: str, kept: Mapping[str, Any]) -> ClaimedRun:
    same = {name: row[name] for name in ("id", "kind", "queue", "argument", "tries", "falls")}
    return ClaimedRun(**same, claim=claim, kept=kept)


def _left(leaving: Leaving) -> dict[str, Any]:
    known = {"state": leaving.state, "tries": leaving.tries, "error": leaving.error, "node": "", "claim": ""}
    if leaving.state == "waiting":
        return {**known, "due_at": leaving.due_at, "awaits": leaving.awaits}
    return {**known, "awaits": "", "result": leaving.result, "ended_at": leaving.at}
