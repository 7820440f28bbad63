"""What calls were like at the caller's ear, in SQL."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select, update

from control_plane.adapters.store.database import Conflict, Database
from control_plane.adapters.store.ear_tables import call_ears
from control_plane.adapters.store.rows import replace_ear
from control_plane.adapters.store.tables import call_turns
from control_plane.ports.ears import EarRecord
from control_plane.ports.errors import Rejected

COLUMNS: Final = tuple(call_ears.c[field.name] for field in fields(EarRecord))


class SqlEarStore:
    """The EarStore port on a Database. What is kept belongs to whom the call belongs."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._save = replace_ear(database.dialect)

    async def save(self, ear: EarRecord, *, turns: Mapping[int, int]) -> None:
        """Raises Rejected for an unknown call."""
        row = {**asdict(ear), "report": dict(ear.report), "of_call": ear.call_id}

        def work(connection: Connection) -> None:
            connection.execute(self._save, row)
            _time(connection, ear.call_id, turns=turns)

        try:
            await self._database.together(work)
        except Conflict:
            raise Rejected("database", "the ear of an unknown call") from None

    async def of(self, call_id: str) -> EarRecord | None:
        query = select(*COLUMNS).where(call_ears.c.call_id == call_id)
        row = await self._database.read(lambda connection: connection.execute(query).mappings().first())
        return None if row is None else EarRecord(**row)


def _time(connection: Connection, call_id: str, *, turns: Mapping[int, int]) -> None:
    """Put each turn's latency at the ear into its timing."""
    mine = select(call_turns.c.index, call_turns.c.timing).where(
        call_turns.c.call_id == call_id, call_turns.c.index.in_(list(turns))
    )
    changed: list[dict[str, Any]] = [
        {"of_index": index, "of_call": call_id, "new": {**timing, "ear": turns[index]}}
        for index, timing in connection.execute(mine).all()
    ]
    if changed:
        there = (call_turns.c.call_id == bindparam("of_call"), call_turns.c.index == bindparam("of_index"))
        connection.execute(update(call_turns).where(*there).values(timing=bindparam("new")), changed)
