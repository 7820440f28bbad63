"""The count: calls that have ended become figures and searched words, each once.

What a call adds is worked out from what was read beforehand, so that the transaction that adds it is short. It marks
the calls and adds their figures together; a call that somebody else marked meanwhile, or whose words are not those
that were read, ends it without a trace. No words are erased meanwhile (`not_while_counted`): either the count sees the
erasure, or the erasure sees what was added.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, bindparam, func, insert, select, update

from control_plane.adapters.store.analytics_facts import add_facts
from control_plane.adapters.store.analytics_tables import call_sums
from control_plane.adapters.store.call_words import SAID, WHO, add_words
from control_plane.adapters.store.database import Conflict, Database
from control_plane.adapters.store.tables import IS_UNCOUNTED, call_turns, calls
from control_plane.core.analytics.counting import Cell, EndedCall, EndedTurn, Sums, counted
from control_plane.core.call.state import Phase
from control_plane.core.quantile import of_values
from control_plane.core.words import endings, words
from control_plane.ports.analytics import number_of

LOCK: Final = 0x636F756E74
"""The advisory lock of the count: the ASCII letters `count`."""

_ENDED: Final = (
    select(
        calls.c.id,
        calls.c.tenant_id,
        calls.c.direction,
        calls.c.bot_id,
        calls.c.hangup_cause,
        calls.c.machine,
        calls.c.created_at,
        calls.c.answered_at,
        calls.c.ended_at,
        calls.c.metadata,
        calls.c.contact_name,
        calls.c.sender,
        calls.c.to,
    )
    .where(IS_UNCOUNTED, calls.c.state == Phase.ENDED.value)
    .where(func.coalesce(calls.c.ended_at, 0.0) < bindparam("before"))
    .order_by(calls.c.created_at.desc(), calls.c.id.desc())
    .limit(bindparam("most"))
)
_TURNS: Final = (
    select(
        call_turns.c.call_id,
        call_turns.c.speaker,
        call_turns.c.heard,
        call_turns.c.started_at,
        call_turns.c.interrupted,
        call_turns.c.answer_ms,
    )
    .where(call_turns.c.call_id.in_(bindparam("ids", expanding=True)))
    .order_by(call_turns.c.call_id, call_turns.c.index)
)
_MARK: Final = (
    update(calls)
    .where(calls.c.id.in_(bindparam("ids", expanding=True)), IS_UNCOUNTED)
    .values(counted=True)
    .returning(calls.c.id)
)
_NAMES: Final = (
    select(calls.c.id, calls.c.contact_name, calls.c.sender, calls.c.to)
    .where(calls.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(calls.c.id)
)
_SUMS: Final = tuple(column.name for column in call_sums.columns)
_TAKEN: Final = select(call_sums.c.n).where(call_sums.c.n.in_(bindparam("numbers", expanding=True)))


_apart = asyncio.to_thread
"""Where words are taken apart: live calls have the loop."""


class _Meanwhile(Exception):
    """Somebody else has counted one of the calls, or changed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Harvest:
    """What some calls add."""

    ids: Sequence[str]
    facts: Mapping[Cell, Sums]
    sums: Sequence[dict[str, Any]]
    """Rows of `call_sums` and `call_words`, in one."""
    names: Sequence[tuple[Any, ...]]
    turns: Sequence[tuple[Any, ...]]
    """What they were made from, personal data among it."""


async def count_ended(database: Database, *, before: float, limit: int) -> int:
    """How many were counted; 0 also when somebody else was at it."""

    def read(connection: Connection) -> tuple[Sequence[RowMapping], Sequence[RowMapping]]:
        found = connection.execute(_ENDED, {"before": before, "most": limit}).mappings().all()
        turns = connection.execute(_TURNS, {"ids": [row["id"] for row in found]}).mappings().all() if found else []
        return found, turns

    found, turns = await database.query(read)
    if not found:
        return 0
    harvest = await _apart(_harvest, found, turns)
    try:
        return await database.write(lambda connection: _store(connection, harvest, dialect=database.dialect))
    except (_Meanwhile, Conflict):
        return 0


def not_while_counted(connection: Connection) -> None:
    """Wait until nothing is being counted, and let nothing be until the transaction ends. SQLite has one writer."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(LOCK)))


def _harvest(found: Sequence[RowMapping], turns: Iterable[RowMapping]) -> _Harvest:
    said = {call_id: list(rows) for call_id, rows in groupby(turns, key=lambda row: str(row["call_id"]))}
    ended = [(row, _ended(row, said.get(row["id"], []))) for row in found]
    return _Harvest(
        ids=[row["id"] for row in found],
        facts=counted(call for _, call in ended),
        sums=[_sums(row, call, turns=said.get(row["id"], [])) for row, call in ended],
        names=sorted((row["id"], row["contact_name"], row["sender"], row["to"]) for row in found),
        turns=[tuple(turn.values()) for rows in said.values() for turn in rows],
    )


def _ended(row: RowMapping, turns: Iterable[RowMapping]) -> EndedCall:
    return EndedCall(
        tenant_id=row["tenant_id"],
        direction=row["direction"],
        bot_id=row["bot_id"],
        cause=row["hangup_cause"],
        reason=str((row["machine"] or {}).get("reason") or ""),
        created_at=row["created_at"],
        answered_at=row["answered_at"],
        ended_at=row["created_at"] if row["ended_at"] is None else row["ended_at"],
        metadata=row["metadata"] or {},
        turns=[
            EndedTurn(
                by_caller=turn["speaker"] == "caller",
                started_at=turn["started_at"],
                interrupted=turn["speaker"] == "agent" and turn["interrupted"],
                answer_ms=turn["answer_ms"] if turn["speaker"] == "agent" else None,
            )
            for turn in turns
        ],
    )


def _sums(row: RowMapping, call: EndedCall, *, turns: Iterable[RowMapping]) -> dict[str, Any]:
    measured = [turn.answer_ms for turn in call.turns if turn.answer_ms is not None]
    return {
        "n": number_of(row["id"], row["created_at"]),
        "tenant_id": row["tenant_id"],
        "call_id": row["id"],
        "talk_s": call.talk_s,
        "latency_p95_ms": of_values(measured, 0.95),
        SAID: words(*(turn["heard"] for turn in turns)),
        WHO: endings(row["contact_name"], row["sender"], row["to"]),
    }


def _store(connection: Connection, harvest: _Harvest, *, dialect: str) -> int:
    """Raises _Meanwhile."""
    if dialect == "postgresql" and not connection.execute(select(func.pg_try_advisory_xact_lock(LOCK))).scalar():
        raise _Meanwhile
    marked = set(connection.execute(_MARK, {"ids": harvest.ids}).scalars())
    if marked != set(harvest.ids):
        raise _Meanwhile
    _check_unchanged(connection, harvest)
    add_facts(connection, harvest.facts, dialect=dialect)
    rows = _numbered(connection, harvest.sums)
    connection.execute(insert(call_sums), [{name: row[name] for name in _SUMS} for row in rows])
    add_words(connection, rows, dialect=dialect)
    return len(rows)


def _check_unchanged(connection: Connection, harvest: _Harvest) -> None:
    """Read again, now that the calls are ours: what was erased meanwhile must not come back. Raises _Meanwhile."""
    ids = {"ids": harvest.ids}
    for query, read in ((_NAMES, harvest.names), (_TURNS, harvest.turns)):
        if Counter(map(tuple, connection.execute(query, ids))) != Counter(read):
            raise _Meanwhile


def _numbered(connection: Connection, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """With numbers that no other call has."""
    used = _taken(connection, [row["n"] for row in rows])
    numbered = []
    for row in rows:
        n = row["n"]
        while n in used:
            n += 1
            used |= _taken(connection, [n])
        used.add(n)
        numbered.append({**row, "n": n})
    return numbered


def _taken(connection: Connection, numbers: Sequence[int]) -> set[int]:
    return set(connection.execute(_TAKEN, {"numbers": numbers}).scalars())
