"""Calls with their events, commands and turns, in SQL."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Executable, RowMapping, Select, bindparam, func, insert, select, tuple_, update

from control_plane.adapters.store.call_conditions import conditions, other_end
from control_plane.adapters.store.call_search import is_search, searched
from control_plane.adapters.store.cursor import cursor_after, position_of
from control_plane.adapters.store.database import Conflict, Database, to_json
from control_plane.adapters.store.rows import CALL, row_of, rows_of, turn_of, turn_row, upsert_call, upsert_turn
from control_plane.adapters.store.tables import (
    HAS_CONTROL_ID,
    HAS_KEY,
    HAS_SOURCE,
    IS_LIVE,
    IS_PENDING,
    call_commands,
    call_events,
    call_turns,
    calls,
)
from control_plane.adapters.store.webhooks import MARK_WORKED
from control_plane.ports.errors import Rejected
from control_plane.ports.stores import (
    CallFilter,
    CallPage,
    CallRecord,
    DuplicateKey,
    JournalEntry,
    StoredCommand,
    TurnRecord,
)

MAX_PAGE: Final = 1000

Step = tuple[Executable, Mapping[str, Any] | list[dict[str, Any]]]

_NEWEST_FIRST: Final = (calls.c.created_at.desc(), calls.c.id.desc())
_ADD_CALL, _ADD_EVENT, _ADD_COMMAND = (insert(table) for table in (calls, call_events, call_commands))
_BY_CONTROL_ID: Final = (
    select(*CALL).where(calls.c.control_id == bindparam("wanted"), HAS_CONTROL_ID).order_by(*_NEWEST_FIRST).limit(1)
)
_BY_SESSION_ID: Final = (
    select(*CALL).where(calls.c.session_id == bindparam("wanted"), IS_LIVE).order_by(*_NEWEST_FIRST).limit(1)
)
_SETTLE: Final = (
    update(call_commands)
    .where(call_commands.c.id == bindparam("command_id"))
    .values(state=bindparam("outcome"), error=bindparam("reason"))
)
_SET_RECORDING: Final = update(calls).where(calls.c.id == bindparam("call_id")).values(recording_key=bindparam("key"))


class SqlCallStore:
    """The CallStore port on a Database. Who writes a call is decided elsewhere: two writers of one call are refused."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._upsert_call = upsert_call(database.dialect)
        self._upsert_turn = upsert_turn(database.dialect)

    async def create(self, call: CallRecord, entry: JournalEntry, *, commands: Sequence[StoredCommand]) -> None:
        """Raises DuplicateKey for a used idempotency key, id or source event; a repeat of the very same is no error."""
        try:
            await self._write((_ADD_CALL, row_of(call)), *_happened(call, entry, commands=commands))
        except Conflict:
            if await self._is_stored(entry):
                return
            winner = await self._taken_by(_id_taken(call), _key_taken(call), _source_taken(entry))
            if not winner:
                raise Rejected("database", "the call or a command of it breaks with what is stored") from None
            raise DuplicateKey(winner) from None

    async def record(self, call: CallRecord, entry: JournalEntry, *, commands: Sequence[StoredCommand]) -> bool:
        """True also for a repeat of the very same entry: its answer was lost, not the entry.

        Raises Rejected when the call has another entry with this number, so another writer.
        """
        try:
            await self._write((self._upsert_call, row_of(call)), *_happened(call, entry, commands=commands))
        except Conflict:
            if await self._is_stored(entry):
                return True
            if await self._taken_by(_source_taken(entry)):
                return False
            raise Rejected("database", f"event {entry.seq} of the call breaks with what is stored") from None
        return True

    async def get(self, call_id: str) -> CallRecord | None:
        return _first_call(await self._rows(select(*CALL).where(calls.c.id == call_id)))

    async def by_idempotency_key(self, tenant_id: str, key: str) -> CallRecord | None:
        same = (calls.c.tenant_id == tenant_id, calls.c.idempotency_key == key)
        return _first_call(await self._rows(select(*CALL).where(*same)))

    async def by_control_id(self, control_id: str) -> CallRecord | None:
        return _first_call(await self._rows(_BY_CONTROL_ID, {"wanted": control_id}))

    async def by_session_id(self, session_id: str) -> CallRecord | None:
        return _first_call(await self._rows(_BY_SESSION_ID, {"wanted": session_id}))

    async def list(self, wanted: CallFilter) -> CallPage:
        """Raises ValueError for a cursor that is not ours and for a limit outside of 1 to MAX_PAGE."""
        dialect = self._database.dialect
        return await self._database.query(lambda connection: _page(connection, wanted, dialect=dialect))

    async def live(self) -> Sequence[CallRecord]:
        rows = await self._rows(select(*CALL).where(IS_LIVE).order_by(calls.c.created_at, calls.c.id))
        return [CallRecord(**row) for row in rows]

    async def counts(self, tenant_id: str) -> Mapping[str, int]:
        counted = select(calls.c.state, func.count().label("calls")).where(calls.c.tenant_id == tenant_id)
        rows = await self._rows(counted.group_by(calls.c.state))
        return {row["state"]: row["calls"] for row in rows}

    async def last_seq(self, call_id: str) -> int:
        rows = await self._rows(
            select(func.max(call_events.c.seq).label("seq")).where(call_events.c.call_id == call_id)
        )
        return int(rows[0]["seq"] or 0)

    async def journal(self, call_id: str) -> Sequence[JournalEntry]:
        found = select(call_events).where(call_events.c.call_id == call_id).order_by(call_events.c.seq)
        return [JournalEntry(**row) for row in await self._rows(found)]

    async def pending_commands(self) -> Sequence[StoredCommand]:
        found = select(call_commands).where(IS_PENDING).order_by(call_commands.c.at, call_commands.c.id)
        return [StoredCommand(**row) for row in await self._rows(found)]

    async def settle_command(self, command_id: str, *, error: str = "") -> None:
        outcome = "failed" if error else "done"
        await self._write((_SETTLE, {"command_id": command_id, "outcome": outcome, "reason": error}))

    async def save_turn(self, turn: TurnRecord) -> None:
        """Raises Rejected for a turn of an unknown call."""
        try:
            await self._write((self._upsert_turn, turn_row(turn)))
        except Conflict:
            raise Rejected("database", "a turn of an unknown call") from None

    async def turns(self, call_id: str) -> Sequence[TurnRecord]:
        found = select(call_turns).where(call_turns.c.call_id == call_id).order_by(call_turns.c.index)
        return [turn_of(row) for row in await self._rows(found)]

    async def set_recording(self, call_id: str, key: str) -> None:
        await self._write((_SET_RECORDING, {"call_id": call_id, "key": key}))

    async def _write(self, *steps: Step) -> None:
        def transaction(connection: Connection) -> None:
            for statement, values in steps:
                connection.execute(statement, values)

        await self._database.together(transaction)

    async def _rows(self, query: Executable, values: Mapping[str, Any] | None = None) -> Sequence[RowMapping]:
        return await self._database.read(lambda connection: connection.execute(query, values).mappings().all())

    async def _is_stored(self, entry: JournalEntry) -> bool:
        """Whether exactly this entry is in the journal, `at` included."""
        same = (call_events.c.call_id == entry.call_id, call_events.c.seq == entry.seq)
        rows = await self._rows(select(call_events).where(*same))
        return any(to_json(dict(row)) == to_json(row_of(entry)) for row in rows)

    async def _taken_by(self, *queries: Executable) -> str:
        """The first call that one of the queries finds; empty when none does."""
        for query in queries:
            if rows := await self._rows(query):
                return str(rows[0]["call_id"])
        return ""


def _id_taken(call: CallRecord) -> Executable:
    return select(calls.c.id.label("call_id")).where(calls.c.id == call.id)


def _key_taken(call: CallRecord) -> Executable:
    same = (calls.c.tenant_id == call.tenant_id, calls.c.idempotency_key == call.idempotency_key)
    return select(calls.c.id.label("call_id")).where(*same, HAS_KEY)


def _source_taken(entry: JournalEntry) -> Executable:
    return select(call_events.c.call_id).where(call_events.c.source_id == entry.source_id, HAS_SOURCE)


def _happened(call: CallRecord, entry: JournalEntry, *, commands: Sequence[StoredCommand]) -> list[Step]:
    """What is stored with every event, after its call: an event refers to the call."""
    steps: list[Step] = [(_ADD_EVENT, row_of(entry))]
    if len(commands) == 1:
        steps.append((_ADD_COMMAND, row_of(commands[0])))  # psycopg runs one row faster than a list of one
    elif commands:
        steps.append((_ADD_COMMAND, rows_of(commands)))
    if entry.source_id:
        steps.append((MARK_WORKED, {"of_carrier": call.carrier, "of_event": entry.source_id}))
    return steps


def _after(call: CallRecord) -> str:
    return cursor_after(call.created_at, call.id)


def _page(connection: Connection, wanted: CallFilter, *, dialect: str) -> CallPage:
    if not 1 <= wanted.limit <= MAX_PAGE:
        raise ValueError(f"limit: has to be 1 to {MAX_PAGE}")
    if is_search(wanted):
        return searched(connection, wanted, dialect=dialect)
    listed = [CallRecord(**row) for query in _listed(wanted) for row in connection.execute(query).mappings()]
    listed.sort(key=lambda call: (call.created_at, call.id), reverse=True)
    items = listed[: wanted.limit]
    return CallPage(items=items, next_cursor=_after(items[-1]) if len(listed) > wanted.limit else "")


def _listed(wanted: CallFilter) -> list[Select[Any]]:
    """Together they find the page: each what one index has."""
    query = select(*CALL).where(*conditions(wanted)).order_by(*_NEWEST_FIRST).limit(wanted.limit + 1)
    if wanted.cursor:
        query = query.where(tuple_(calls.c.created_at, calls.c.id) < position_of(wanted.cursor))
    return [query.where(end) for end in other_end(wanted.number)] if wanted.number else [query]


def _first_call(rows: Sequence[RowMapping]) -> CallRecord | None:
    return CallRecord(**rows[0]) if rows else None
