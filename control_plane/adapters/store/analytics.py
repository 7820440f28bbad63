"""Figures over calls that have ended, in SQL."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from control_plane.adapters.store.analytics_count import count_ended
from control_plane.adapters.store.analytics_facts import facts_of
from control_plane.adapters.store.database import Database
from control_plane.adapters.store.tables import IS_LIVE, IS_UNCOUNTED, calls
from control_plane.core.call.state import Phase
from control_plane.ports.analytics import MOST_WAITING, FactsWanted, Waiting


def _of(tenant_id: str) -> ColumnElement[bool]:
    """As an expression: SQLite would take the index of all calls of the tenant rather than that of the few."""
    return calls.c.tenant_id.concat("") == tenant_id


class SqlAnalyticsStore:
    """The AnalyticsStore port on a Database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def facts(self, wanted: FactsWanted) -> Sequence[Sequence[Any]]:
        query = facts_of(wanted, dialect=self._database.dialect)
        return await self._database.query(lambda connection: connection.execute(query).all())

    async def waiting(self, tenant_id: str) -> Waiting:
        """The oldest come first in the index, so that what began longest ago is always seen."""
        some = (
            select(calls.c.created_at)
            .where(IS_UNCOUNTED, calls.c.state == Phase.ENDED.value, _of(tenant_id))
            .order_by(calls.c.created_at)
            .limit(MOST_WAITING)
            .subquery()
        )
        query = select(func.count(), func.min(some.c.created_at)).select_from(some)

        def read(connection: Connection) -> Waiting:
            count, since = connection.execute(query).one()
            return Waiting(calls=count, since=since)

        return await self._database.query(read)

    async def live(self, tenant_id: str) -> int:
        query = select(func.count()).select_from(calls).where(IS_LIVE, _of(tenant_id))
        return await self._database.query(lambda connection: int(connection.execute(query).scalar_one()))

    async def count_ended(self, *, before: float, limit: int) -> int:
        return await count_ended(self._database, before=before, limit=limit)
