"""How transactions run on one SQLite file.

One thread with one connection writes, one reads, one answers queries that may take long. In WAL mode they do not wait
for each other; writers of this process queue in front of the thread, so that none ever polls for the file's lock, and
one transaction costs one change of thread instead of one a statement (measured: a third of the time of aiosqlite).
Other processes are kept apart by BEGIN IMMEDIATE and the busy timeout.
"""

import asyncio
import fcntl
import sqlite3
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool, QueuePool

from control_plane.adapters.clock import SystemClock
from control_plane.adapters.store.database import Conflict, T, Work, to_json, translated
from control_plane.adapters.store.grouping import Grouping, Outcome
from control_plane.ports.stores import StoreUnavailable

BUSY_TIMEOUT_S: Final = 5.0

QUERY_TIMEOUT_S: Final = 30.0


class SqliteDatabase:
    """A file, created with its folder when it does not exist. Waits longer than `timeout_s` end as StoreUnavailable.

    Work that waits for its thread is dropped when its caller gives up; work that began is finished.
    """

    dialect = "sqlite"

    def __init__(self, path: Path, *, timeout_s: float = 10.0) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._timeout_s = timeout_s
        self._writer = _engine(path, immediate=True)
        self._reader = _engine(path, immediate=False)
        self._asker = _engine(path, immediate=False)
        self._writing = ThreadPoolExecutor(1, thread_name_prefix="sqlite-write")
        self._reading = ThreadPoolExecutor(1, thread_name_prefix="sqlite-read")
        self._asking = ThreadPoolExecutor(1, thread_name_prefix="sqlite-query")
        self._grouping = Grouping(self._begin, clock=SystemClock())

    async def read(self, work: Work[T]) -> T:
        return await _run(self._reading, self._reader, work=work, timeout_s=self._timeout_s)

    async def look(self, work: Work[T]) -> T:
        return await self.read(work)

    async def query(self, work: Work[T]) -> T:
        return await _run(self._asking, self._asker, work=work, timeout_s=QUERY_TIMEOUT_S)

    async def write(self, work: Work[T]) -> T:
        return await _run(self._writing, self._writer, work=work, timeout_s=self._timeout_s)

    async def together(self, work: Work[T]) -> T:
        with translated():
            async with asyncio.timeout(self._timeout_s):
                return await self._grouping.write(work)

    def _begin(self, works: Sequence[Work[Any]]) -> "asyncio.Future[Sequence[Outcome]]":
        return asyncio.get_running_loop().run_in_executor(self._writing, _together, self._writer, works)

    async def alone(self, work: Work[T], *, timeout_s: float = 60.0) -> T:
        """Foreign keys are not enforced meanwhile, but checked at the end: replacing a table drops the old one, which
        would otherwise delete every row that refers to it. The connection is one of its own, as this switch has no
        effect inside a transaction.
        """
        engine = _engine(self._path, immediate=True, alone_s=timeout_s)

        def checked(connection: Connection) -> T:
            result = work(connection)
            if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                raise Conflict
            return result

        return await _run(self._writing, engine, work=checked, timeout_s=timeout_s)

    async def aclose(self) -> None:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(self._timeout_s):
            await self._grouping.aclose()
        lanes = ((self._writing, self._writer), (self._reading, self._reader), (self._asking, self._asker))
        for lane, engine in lanes:
            async with asyncio.timeout(self._timeout_s):
                await loop.run_in_executor(lane, engine.dispose)
            lane.shutdown(wait=False)


async def _run(lane: ThreadPoolExecutor, engine: Engine, *, work: Work[T], timeout_s: float) -> T:
    def transaction() -> T:
        with engine.begin() as connection:
            return work(connection)

    with translated():
        async with asyncio.timeout(timeout_s):
            return await asyncio.get_running_loop().run_in_executor(lane, transaction)


def _together(engine: Engine, works: Sequence[Work[Any]]) -> Sequence[Outcome]:
    """In one transaction, and when one of several fails each in its own, so that the failure reaches only whom it
    concerns. A file that cannot be had is not waited for again by each."""
    try:
        with translated(), engine.begin() as connection:
            return [Outcome(work(connection)) for work in works]
    except StoreUnavailable as away:
        return [Outcome(error=StoreUnavailable(*away.args)) for _ in works]
    except Exception as fault:
        # A border: what a work meets, of whatever kind, belongs to whoever asked for it.
        if len(works) == 1:
            return [Outcome(error=fault)]
    outcomes: list[Outcome] = []
    for work in works:
        outcomes += _together(engine, [work])
        if isinstance(outcomes[-1].error, StoreUnavailable):
            outcomes += [outcomes[-1]] * (len(works) - len(outcomes))
            break
    return outcomes


def _engine(path: Path, *, immediate: bool, alone_s: float = 0.0) -> Engine:
    """An engine with at most one connection. `immediate` for writers; `alone_s` for schema changes."""
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        poolclass=NullPool if alone_s else QueuePool,
        connect_args={"check_same_thread": False, "timeout": alone_s or BUSY_TIMEOUT_S},
        json_serializer=to_json,
        hide_parameters=True,
        **({} if alone_s else {"pool_size": 1, "max_overflow": 0}),
    )

    def prepare(connection: sqlite3.Connection, _: object) -> None:
        # Without this the driver would begin transactions by itself, deferred: two of them that read and then write
        # refuse each other at once, whatever the busy timeout.
        connection.isolation_level = None
        _use_wal(connection, path)
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute(f"PRAGMA foreign_keys={'OFF' if alone_s else 'ON'}")
        connection.execute(f"PRAGMA query_only={'OFF' if immediate else 'ON'}")

    event.listen(engine, "connect", prepare)
    if immediate:
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def _use_wal(connection: sqlite3.Connection, path: Path) -> None:
    """Two processes that switch the same file to WAL at once do not wait for each other: one gets `database is locked`
    in spite of the busy timeout. Hence a lock of our own around the switch, which a file needs once in its life."""
    if _journal_mode(connection) == "wal":
        return
    with _file_lock(path.with_name(path.name + ".lock")):
        connection.execute("PRAGMA journal_mode=WAL")


def _journal_mode(connection: sqlite3.Connection) -> str:
    return str(connection.execute("PRAGMA journal_mode").fetchone()[0])


@contextmanager
def _file_lock(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
