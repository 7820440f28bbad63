"""Personal data of calls: found and erased, in SQL."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Text,
    case,
    cast,
    delete,
    exists,
    or_,
    select,
    text,
    tuple_,
    update,
)

from control_plane.adapters.store.analytics_count import not_while_counted
from control_plane.adapters.store.analytics_tables import call_sums
from control_plane.adapters.store.callback_tables import callbacks
from control_plane.adapters.store.database import Database
from control_plane.adapters.store.tables import IS_LIVE, call_commands, call_events, call_turns, calls, webhooks
from control_plane.ports.privacy import KeptCall, Place

PORTION: Final = 500
"""Raw messages that are looked through in one transaction."""

CARRIER_FORMATS: Final = ("mp3", "wav")


class SqlPersonalCalls:
    """The PersonalCalls port on a Database. Statements name the tenant wherever rows have one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_numbers(self, tenant_id: str, numbers: Sequence[str], *, limit: int) -> Sequence[KeptCall]:
        theirs = or_(calls.c.to.in_(numbers), calls.c.sender.in_(numbers))
        return await self._calls(
            _kept.where(calls.c.tenant_id == tenant_id, theirs).order_by(IS_LIVE, calls.c.created_at).limit(limit)
        )

    async def blank(self, tenant_id: str, call_ids: Sequence[str], *, numbers: Sequence[str]) -> int:
        mine = (calls.c.id.in_(call_ids), calls.c.tenant_id == tenant_id)

        def work(connection: Connection) -> int:
            not_while_counted(connection)
            connection.execute(
                update(calls)
                .where(*mine)
                .values(
                    {
                        calls.c.contact_name: "",
                        calls.c.to: _without(calls.c.to, numbers),
                        calls.c.sender: _without(calls.c.sender, numbers),
                        calls.c.variables: {},
                        calls.c.metadata: {},
                        calls.c.idempotency_key: "",
                        calls.c.recording_key: "",
                    }
                )
            )
            return _silence(connection, call_ids)

        return await self._database.write(work)

    async def blank_messages(self, marks: Sequence[str], place: Place) -> tuple[int, Place | None]:
        needles = [mark.encode() for mark in marks]
        key = tuple_(webhooks.c.carrier, webhooks.c.event_id)
        query = (
            select(webhooks.c.carrier, webhooks.c.event_id, webhooks.c.body)
            .where(key > (place.carrier, place.event_id), webhooks.c.worked)
            .order_by(webhooks.c.carrier, webhooks.c.event_id)
            .limit(PORTION)
        )
        rows = await self._database.query(lambda connection: connection.execute(query).all())
        found = [(row.carrier, row.event_id) for row in rows if any(needle in row.body for needle in needles)]
        if found:
            empty = update(webhooks).where(key.in_(found)).values(body=b"")
            await self._database.write(lambda connection: connection.execute(empty).rowcount)
        last = Place(carrier=rows[-1].carrier, event_id=rows[-1].event_id) if len(rows) == PORTION else None
        return len(found), last

    async def forget_callbacks(self, numbers: Sequence[str]) -> int:
        gone = delete(callbacks).where(callbacks.c.sender.in_(numbers))
        return await self._database.write(lambda connection: connection.execute(gone).rowcount)

    async def with_recording(self, tenant_id: str, *, before: float, limit: int) -> Sequence[KeptCall]:
        return await self._calls(_ended(tenant_id, before).where(calls.c.recording_key != "").limit(limit))

    async def without_recording(self, call_ids: Sequence[str]) -> None:
        change = update(calls).where(calls.c.id.in_(call_ids)).values(recording_key="")
        await self._database.write(lambda connection: connection.execute(change).rowcount)

    async def with_words(self, tenant_id: str, *, before: float, limit: int) -> Sequence[KeptCall]:
        words = or_(call_turns.c.text != "", call_turns.c.heard != "", cast(call_turns.c.tools, Text) != "[]")
        said = exists().where(call_turns.c.call_id == calls.c.id, words)
        return await self._calls(_ended(tenant_id, before).where(said).limit(limit))

    async def silence(self, call_ids: Sequence[str]) -> None:
        def work(connection: Connection) -> int:
            not_while_counted(connection)
            return _silence(connection, call_ids)

        await self._database.write(work)

    async def older(self, tenant_id: str, *, before: float, limit: int) -> Sequence[KeptCall]:
        return await self._calls(_ended(tenant_id, before).limit(limit))

    async def remove(self, call_ids: Sequence[str]) -> None:
        gone = delete(calls).where(calls.c.id.in_(call_ids))
        await self._database.write(lambda connection: connection.execute(gone).rowcount)

    async def _calls(self, query: Select[Any]) -> Sequence[KeptCall]:
        rows = await self._database.query(lambda connection: connection.execute(query).mappings().all())
        return [
            KeptCall(
                id=row["id"],
                live=row["state"] != "ended",
                recordings=_recordings(row["id"], row["recording_key"]),
                marks=[row[name] for name in ("control_id", "leg_id", "session_id") if row[name]],
            )
            for row in rows
        ]


_FORGET_WORDS: Final = {
    "sqlite": text("DELETE FROM call_words WHERE rowid = :n"),
    "postgresql": text("DELETE FROM call_words WHERE n = :n"),
}
"""The index of what was said in calls."""

_kept: Final = select(
    calls.c.id, calls.c.state, calls.c.recording_key, calls.c.control_id, calls.c.leg_id, calls.c.session_id
)


def _ended(tenant_id: str, before: float) -> Select[Any]:
    there = (calls.c.tenant_id == tenant_id, calls.c.created_at < before, ~IS_LIVE)
    return _kept.where(*there).order_by(calls.c.created_at, calls.c.id)


def _recordings(call_id: str, key: str) -> list[str]:
    """The one that is known, and the carrier's that may lie beside it."""
    beside = [f"recordings/{call_id}-carrier.{kind}" for kind in CARRIER_FORMATS]
    return list(dict.fromkeys([*filter(None, [key]), f"recordings/{call_id}.wav", *beside]))


def _without(number: ColumnElement[str], numbers: Sequence[str]) -> ColumnElement[str]:
    return case((number.in_(numbers), ""), else_=number)


def _silence(connection: Connection, call_ids: Sequence[str]) -> int:
    for journal in (call_events, call_commands):
        connection.execute(update(journal).where(journal.c.call_id.in_(call_ids)).values(body={}))
    indexed = select(call_sums.c.n).where(call_sums.c.call_id.in_(call_ids))
    numbers = connection.scalars(indexed).all()
    if numbers:
        connection.execute(_FORGET_WORDS[connection.dialect.name], [{"n": n} for n in numbers])
    nothing = {"text": "", "heard": "", "tools": []}
    return connection.execute(update(call_turns).where(call_turns.c.call_id.in_(call_ids)).values(nothing)).rowcount
