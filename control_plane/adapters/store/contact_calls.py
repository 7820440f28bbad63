"""Calls with a person, newest first, in SQL."""

from collections.abc import Sequence

from sqlalchemy import or_, select, tuple_

from control_plane.adapters.store.database import Database
from control_plane.adapters.store.tables import calls
from control_plane.ports.contacts import Before, Happening, Person

_SHOWN = ("direction", "sender", "to", "state", "bot_id", "hangup_cause", "answered_at", "ended_at")


class SqlCallHistory:
    """The HappeningSource of calls, by any number of the person."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def happened(self, person: Person, before: Before) -> Sequence[Happening]:
        if not person.numbers:
            return []
        query = (
            select(calls.c.id, calls.c.created_at, *(calls.c[name] for name in _SHOWN))
            .where(
                calls.c.tenant_id == person.tenant_id,
                or_(calls.c.to.in_(person.numbers), calls.c.sender.in_(person.numbers)),
                tuple_(calls.c.created_at, calls.c.id) < (before.at, before.id),
            )
            .order_by(calls.c.created_at.desc(), calls.c.id.desc())
            .limit(before.limit)
        )
        rows = await self._database.query(lambda connection: connection.execute(query).mappings().all())
        return [
            Happening(at=row["created_at"], kind="call", id=row["id"], body={name: row[name] for name in _SHOWN})
            for row in rows
        ]
