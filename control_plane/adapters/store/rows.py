"""How the records of the ports become rows, and rows records: their fields are the columns, by name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any, Final

from sqlalchemy import Dialect, Insert, ScalarSelect, Table, TextClause, bindparam, select, text
from sqlalchemy.dialects import postgresql, sqlite

from control_plane.adapters.store.ear_tables import call_ears
from control_plane.adapters.store.tables import call_turns, calls, webhooks
from control_plane.ports.stores import CallRecord, JournalEntry, StoredCommand, StoredWebhook, TurnRecord

Record = CallRecord | JournalEntry | StoredCommand | StoredWebhook | TurnRecord

_INSERT: Final[Mapping[str, Callable[[Table], sqlite.Insert | postgresql.Insert]]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}
_DIALECTS: Final[Mapping[str, Callable[..., Dialect]]] = {
    "sqlite": sqlite.dialect,
    "postgresql": postgresql.dialect,
}
_COLUMNS: Final = {
    kind: tuple(field.name for field in fields(kind))
    for kind in (CallRecord, JournalEntry, StoredCommand, StoredWebhook, TurnRecord)
}

_FIRST_WORD: Final = frozenset(
    {"id", "direction", "carrier", "created_at", "idempotency_key", "recording_key", "node", "tenant_id", "bot_version"}
) | {"counted"}
"""Columns of a call that later states do not change. The recording is set by `set_recording` alone, the node by
`adopt`, `counted` by the count: whoever records the call's later events may not know of it yet."""

CALL: Final = tuple(calls.c[name] for name in _COLUMNS[CallRecord])
"""What is read of a call to make its record."""


def row_of(record: Record) -> dict[str, Any]:
    return {name: getattr(record, name) for name in _COLUMNS[type(record)]}


def rows_of(records: Sequence[Record]) -> list[dict[str, Any]]:
    return [row_of(record) for record in records]


def turn_row(turn: TurnRecord) -> dict[str, Any]:
    """With the latency as a column of its own, and the call that `upsert_turn` asks for the owner."""
    answer_ms = turn.timing.get("total") if turn.speaker == "agent" else None
    return {**row_of(turn), "of_call": turn.call_id, "answer_ms": answer_ms}


def turn_of(row: Mapping[Any, Any]) -> TurnRecord:
    known = {name: row[name] for name in _COLUMNS[TurnRecord]}
    return TurnRecord(**{**known, "tools": tuple(row["tools"])})


def upsert_call(dialect: str) -> TextClause:
    """Insert a call, or bring the stored one to the new state."""
    return _written_out(dialect, _upsert(dialect, calls, kept=_FIRST_WORD), columns=_COLUMNS[CallRecord])


def upsert_turn(dialect: str) -> TextClause:
    """Insert a turn, or replace the one with the same index. It belongs to whom the call belongs."""
    statement = _upsert(dialect, call_turns, kept=frozenset({"call_id", "index", "tenant_id"}))
    columns = (*_COLUMNS[TurnRecord], "answer_ms")
    return _written_out(dialect, statement.values(tenant_id=_owner()), columns=columns)


def _owner() -> ScalarSelect[str]:
    """The tenant of the call `of_call`."""
    return select(calls.c.tenant_id).where(calls.c.id == bindparam("of_call")).scalar_subquery()


def insert_webhook(dialect: str) -> TextClause:
    """Insert one webhook unless it is there; a row comes back when it was not."""
    once = insert_once(dialect, webhooks).returning(webhooks.c.event_id)
    return _written_out(dialect, once, columns=_COLUMNS[StoredWebhook])


def replace_ear(dialect: str) -> TextClause:
    """Insert the ear of a call, or replace it; parameters: the columns but the owner, and `of_call`."""
    columns = tuple(column.name for column in call_ears.c if column.name != "tenant_id")
    return _written_out(dialect, replacing(dialect, call_ears).values(tenant_id=_owner()), columns=columns)


def insert_once(dialect: str, table: Table) -> Insert:
    """Insert a row unless its key is taken: what it returns says which."""
    return _INSERT[dialect](table).on_conflict_do_nothing()


def replacing(dialect: str, table: Table) -> Insert:
    """Insert a row, or replace the one with the same key."""
    return _upsert(dialect, table, kept=frozenset(column.name for column in table.primary_key.columns))


def _written_out(dialect: str, statement: Insert, *, columns: Sequence[str]) -> TextClause:
    """The statement as text, for those that run all the time: SQLAlchemy makes the text of an upsert anew whenever it
    runs, which takes ten times as long as to carry it out."""
    compiled = statement.compile(dialect=_DIALECTS[dialect](paramstyle="named"), column_keys=list(columns))
    binds = [bindparam(name, type_=bind.type) for name, bind in compiled.binds.items()]
    # A parameter with a cast behind it would not be taken for one.
    return text(str(compiled).replace("::", r"\:\:")).bindparams(*binds)


def _upsert(dialect: str, table: Table, *, kept: frozenset[str]) -> Insert:
    statement = _INSERT[dialect](table)
    return statement.on_conflict_do_update(
        index_elements=list(table.primary_key.columns),
        set_={column.name: statement.excluded[column.name] for column in table.c if column.name not in kept},
    )
