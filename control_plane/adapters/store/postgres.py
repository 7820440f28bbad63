"""How transactions run on PostgreSQL, with or without a pooler in between."""

import asyncio
from typing import Final

from sqlalchemy import Connection, func, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from control_plane.adapters.store.database import T, Work, to_json, translated

SCHEMA_LOCK: Final = 0x63656E7472616C69
"""The advisory lock of schema changes: the ASCII letters `centrali`."""


QUERIES_AT_ONCE: Final = 4
QUERY_TIMEOUT_S: Final = 30.0


class _Lost(Exception):
    """The connection broke before COMMIT was sent, so that nothing was kept."""


class PostgresDatabase:
    """A pool of connections through psycopg. Waits longer than `timeout_s` end as StoreUnavailable.

    `pooled` says that a transaction pooler is in between (PgBouncer, Supabase's port 6543): statements are not
    prepared then, since the next transaction may reach another server session.
    """

    dialect = "postgresql"

    def __init__(self, url: URL, *, pooled: bool = False, connections: int = 10, timeout_s: float = 10.0) -> None:
        self._timeout_s = timeout_s
        self._engine = _engine(url, pooled=pooled, connections=connections, timeout_s=timeout_s)
        self._asker = _engine(url, pooled=pooled, connections=QUERIES_AT_ONCE, timeout_s=QUERY_TIMEOUT_S)
        self._autocommit = self._engine.execution_options(isolation_level="AUTOCOMMIT")

    async def read(self, work: Work[T]) -> T:
        return await _run(self._autocommit, work, timeout_s=self._timeout_s)

    async def look(self, work: Work[T]) -> T:
        return await _run(self._engine, work, timeout_s=self._timeout_s)

    async def query(self, work: Work[T]) -> T:
        return await _run(self._asker, work, timeout_s=QUERY_TIMEOUT_S)

    async def write(self, work: Work[T]) -> T:
        return await _run(self._engine, work, timeout_s=self._timeout_s)

    async def together(self, work: Work[T]) -> T:
        """By itself: there is no thread to change, and a lock that one waits for must not hold up the others."""
        return await self.write(work)

    async def alone(self, work: Work[T], *, timeout_s: float = 60.0) -> T:
        def locked(connection: Connection) -> T:
            # Held until the end of the transaction: a lock of the session would outlive it behind a pooler.
            connection.execute(select(func.pg_advisory_xact_lock(SCHEMA_LOCK)))
            return work(connection)

        return await _run(self._engine, locked, timeout_s=timeout_s)

    async def aclose(self) -> None:
        async with asyncio.timeout(self._timeout_s):
            await self._engine.dispose()
            await self._asker.dispose()


def _engine(url: URL, *, pooled: bool, connections: int, timeout_s: float) -> AsyncEngine:
    return create_async_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=timeout_s,
        pool_recycle=300,
        json_serializer=to_json,
        hide_parameters=True,
        connect_args={
            "connect_timeout": 5,
            "application_name": "centralita",
            "tcp_user_timeout": int(timeout_s * 1000),
            "prepare_threshold": None if pooled else 5,
        },
    )


async def _run(engine: AsyncEngine, work: Work[T], *, timeout_s: float) -> T:
    """Run `work` and commit; once more when the connection broke before COMMIT was sent, so that nothing was kept.

    A server that was restarted shows only when an idle connection is used again.
    """
    with translated():
        async with asyncio.timeout(timeout_s):
            try:
                return await _transaction(engine, work)
            except _Lost:
                return await _transaction(engine, work)


async def _transaction(engine: AsyncEngine, work: Work[T]) -> T:
    async with engine.connect() as connection:
        try:
            result = await connection.run_sync(work)
        except DBAPIError as error:
            if error.connection_invalidated:
                raise _Lost from error
            raise
        await connection.commit()
        return result
