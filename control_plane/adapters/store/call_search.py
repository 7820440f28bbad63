"""Calls found by words and by what was summed up after their end.

They are listed by their number (`ports.analytics.number_of`), which rises with their beginning: the index of words
knows nothing else. A call that is not counted yet has no words there; its name and numbers are looked at instead.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, Select, or_, select

from control_plane.adapters.store.analytics_tables import call_sums
from control_plane.adapters.store.call_conditions import conditions, digits_of, mentions, other_end
from control_plane.adapters.store.call_words import SAID, WHO, Matching
from control_plane.adapters.store.call_words import ways as word_ways
from control_plane.adapters.store.cursor import cursor_after, position_of
from control_plane.adapters.store.rows import CALL
from control_plane.adapters.store.tables import IS_UNCOUNTED, call_turns, calls
from control_plane.core.words import snippet, words
from control_plane.ports.analytics import first_number, number_of
from control_plane.ports.stores import CallFilter, CallPage, CallRecord

ALL: Final = Matching(source=call_sums, where=(), number=call_sums.c.n, values={})
"""Without words."""

_NO_TIME: Final = 0.0
"""A cursor of this list names no time, but a number."""


def is_search(wanted: CallFilter) -> bool:
    """Whether the calls alone cannot answer it."""
    return bool(wanted.text or wanted.said) or (wanted.min_talk_s, wanted.min_latency_ms) != (None, None)


def searched(connection: Connection, wanted: CallFilter, *, dialect: str) -> CallPage:
    """Raises ValueError for a cursor that is not of such a list."""
    before = _before(wanted.cursor)
    rows = [*_counted(connection, wanted, before=before, dialect=dialect), *_others(connection, wanted, before=before)]
    rows.sort(key=lambda row: row[0], reverse=True)
    shown = rows[: wanted.limit]
    items = [call for _, call in shown]
    return CallPage(
        items=items,
        next_cursor=cursor_after(_NO_TIME, str(shown[-1][0])) if len(rows) > wanted.limit else "",
        snippets=_snippets(connection, items, said=words(wanted.said)) if wanted.said else {},
    )


def _before(cursor: str) -> int | None:
    if not cursor:
        return None
    _, number = position_of(cursor)
    if not number.isascii() or not number.isdecimal() or len(number) > 19:
        raise ValueError("cursor: not one that such a list has returned")
    return int(number)


def _counted(
    connection: Connection, wanted: CallFilter, *, before: int | None, dialect: str
) -> list[tuple[int, CallRecord]]:
    looked_for = {column: found for column, found in ((SAID, words(wanted.said)), (WHO, _who(wanted.text))) if found}
    if bool(wanted.said.strip()) > (SAID in looked_for) or bool(wanted.text) > (WHO in looked_for):
        return []  # of signs alone no word is made
    ways = word_ways(wanted.tenant_id, looked_for, before=before, dialect=dialect) if looked_for else (ALL,)
    rows: Sequence[RowMapping] = ()
    for way in ways:
        rows = connection.execute(_query(wanted, way, before=before), way.values).mappings().all()
        if len(rows) > wanted.limit:
            break
    return [_record(row) for row in rows]


def _query(wanted: CallFilter, way: Matching, *, before: int | None) -> Select[Any]:
    number = way.number
    query = select(number.label("n"), *CALL).select_from(way.source).where(*way.where)
    if way.source is not call_sums:
        query = query.join(call_sums, call_sums.c.n == number)
    query = query.join(calls, calls.c.id == call_sums.c.call_id).where(call_sums.c.tenant_id == wanted.tenant_id)
    if wanted.min_talk_s is not None:
        query = query.where(call_sums.c.talk_s >= wanted.min_talk_s)
    if wanted.min_latency_ms is not None:
        query = query.where(call_sums.c.latency_p95_ms >= wanted.min_latency_ms)
    if wanted.since is not None:
        query = query.where(number >= first_number(wanted.since))
    if wanted.until is not None:
        query = query.where(number < first_number(wanted.until + 0.001))
    if wanted.number:
        query = query.where(or_(*other_end(wanted.number)))
    if before is not None:
        query = query.where(number < before)
    return query.where(*conditions(wanted)).order_by(number.desc()).limit(wanted.limit + 1)


def _who(text: str) -> list[str]:
    digits = digits_of(text)
    return [digits] if digits else words(text)


def _others(connection: Connection, wanted: CallFilter, *, before: int | None) -> list[tuple[int, CallRecord]]:
    """Calls that live or have just ended: few, so that their names can be looked at one by one."""
    if wanted.said or (wanted.min_talk_s, wanted.min_latency_ms) != (None, None):
        return []
    rows = connection.execute(_uncounted(wanted, before=before)).mappings().all()
    numbered = [_record({**row, "n": number_of(row["id"], row["created_at"])}) for row in rows]
    return [row for row in numbered if before is None or row[0] < before]


def _uncounted(wanted: CallFilter, *, before: int | None) -> Select[Any]:
    # The tenant as an expression: without statistics SQLite would take the index of all calls of the tenant.
    mine = calls.c.tenant_id.concat("") == wanted.tenant_id
    anybodys = list(conditions(wanted))[1:]
    query = select(*CALL).where(IS_UNCOUNTED, mine, mentions(wanted.text), *anybodys)
    if wanted.number:
        query = query.where(or_(*other_end(wanted.number)))
    if before is not None:
        query = query.where(calls.c.created_at < before / first_number(1.0) + 0.001)
    return query.order_by(calls.c.created_at.desc(), calls.c.id.desc()).limit(wanted.limit + 1)


def _record(row: Mapping[Any, Any]) -> tuple[int, CallRecord]:
    return row["n"], CallRecord(**{column.key: row[column.key] for column in CALL if column.key})


def _snippets(connection: Connection, items: Sequence[CallRecord], *, said: Sequence[str]) -> dict[str, str]:
    turn = call_turns.c
    query = select(turn.call_id, turn.heard).where(turn.call_id.in_([call.id for call in items]))
    heard: dict[str, list[str]] = {}
    for row in connection.execute(query.order_by(turn.call_id, turn.index)):
        heard.setdefault(row.call_id, []).append(row.heard)
    return {call_id: snippet(texts, said) for call_id, texts in heard.items()}
