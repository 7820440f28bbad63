"""Callers who are to be called back, in SQL."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from sqlalchemy import Connection, Select, bindparam, func, select, tuple_, update

from control_plane.adapters.store.callback_tables import IS_OPEN, callbacks
from control_plane.adapters.store.cursor import cursor_after, position_of
from control_plane.adapters.store.database import Database
from control_plane.adapters.store.rows import insert_once
from control_plane.ports.callbacks import Callback, CallbackFilter, CallbackPage

_FINISH: Final = (
    update(callbacks)
    .where(callbacks.c.id == bindparam("wanted"))
    .values(done_at=func.coalesce(callbacks.c.done_at, bindparam("now")))
)


class SqlCallbackStore:
    """The CallbackStore port on a Database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._insert = insert_once(database.dialect, callbacks)

    async def add(self, new: Sequence[Callback]) -> None:
        # In one order everywhere: two batches that bring the same rows must not wait for each other in a circle.
        rows = [asdict(callback) for callback in sorted(new, key=lambda callback: callback.id)]
        if rows:
            await self._database.write(lambda connection: _done(connection.execute(self._insert, rows)))

    async def list(self, wanted: CallbackFilter) -> CallbackPage:
        query = filtered(wanted)
        rows = await self._database.read(lambda connection: connection.execute(query).mappings().all())
        found = [Callback(**row) for row in rows[: wanted.limit]]
        last = found[-1] if len(rows) > wanted.limit else None
        return CallbackPage(items=found, next_cursor=cursor_after(last.at, last.id) if last else "")

    async def finish(self, callback_id: str, *, at: float) -> Callback | None:
        query = select(callbacks).where(callbacks.c.id == callback_id)

        def mark(connection: Connection) -> Any:
            connection.execute(_FINISH, {"wanted": callback_id, "now": at})
            return connection.execute(query).mappings().first()

        row = await self._database.write(mark)
        return Callback(**row) if row is not None else None


def filtered(wanted: CallbackFilter) -> Select[Any]:
    query = select(callbacks).order_by(callbacks.c.at.desc(), callbacks.c.id.desc()).limit(wanted.limit + 1)
    if wanted.open is not None:
        query = query.where(IS_OPEN if wanted.open else ~IS_OPEN)
    if wanted.cursor:
        query = query.where(tuple_(callbacks.c.at, callbacks.c.id) < position_of(wanted.cursor))
    return query


def _done(_: object) -> None:
    """A transaction answers nothing that its connection would have to be open for."""
