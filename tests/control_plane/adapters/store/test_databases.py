"""What both engines promise about transactions."""

import asyncio
import shutil
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, insert, select, text
from sqlalchemy.exc import DBAPIError

from control_plane.adapters.store.database import Conflict, Database, Work
from control_plane.adapters.store.engine import open_database
from control_plane.adapters.store.postgres import PostgresDatabase
from control_plane.adapters.store.rows import row_of
from control_plane.adapters.store.sqlite import SqliteDatabase
from control_plane.adapters.store.tables import call_events, calls
from control_plane.ports.stores import StoreUnavailable
from tests.postgres import PostgresServer
from tests.records import call_record, journal_entry


class Broken(Exception):
    pass


@pytest.fixture
def file(migrated_file: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(migrated_file, tmp_path / "gateway.db"))


def add_call(connection: Connection) -> None:
    connection.execute(insert(calls), row_of(call_record()))


def adding(call_id: str) -> Work[int]:
    return lambda connection: connection.execute(insert(calls), row_of(call_record(call_id))).rowcount


@asynccontextmanager
async def holding(database: Database) -> AsyncIterator[None]:
    """A transaction that writes nothing and keeps the file for itself."""
    held, go_on = threading.Event(), threading.Event()

    def hold(_: Connection) -> None:
        held.set()
        go_on.wait(5)

    writing = asyncio.ensure_future(database.write(hold))
    await asyncio.to_thread(held.wait, 5)
    try:
        yield
    finally:
        go_on.set()
        await writing


def count_calls(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(calls)).scalar_one()


async def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    def fail(connection: Connection) -> None:
        add_call(connection)
        raise Broken

    with pytest.raises(Broken):
        await database.write(fail)
    assert await database.read(count_calls) == 0
    await database.write(add_call)
    assert await database.read(count_calls) == 1


async def test_a_broken_constraint_is_a_conflict_without_text(database: Database) -> None:
    await database.write(add_call)
    with pytest.raises(Conflict) as caught:
        await database.write(add_call)
    assert str(caught.value) == ""
    assert caught.value.__suppress_context__


async def test_of_those_that_share_a_transaction_only_the_wrong_one_fails(database: Database) -> None:
    works = [database.together(adding(call_id)) for call_id in ("call-1", "call-2", "call-1", "call-3")]
    done = await asyncio.gather(*works, return_exceptions=True)
    kinds = [type(one) for one in done]
    assert kinds[1] is kinds[3] is int
    assert {kinds[0], kinds[2]} == {int, Conflict}  # which of the two comes first is the database's business
    assert await database.read(count_calls) == 3


async def test_an_event_needs_its_call(database: Database) -> None:
    with pytest.raises(Conflict):
        await database.write(lambda connection: connection.execute(insert(call_events), row_of(journal_entry())))


async def test_reading_does_not_wait_for_a_writer(database: Database) -> None:
    began, go_on = threading.Event(), threading.Event()

    def write_slowly(connection: Connection) -> None:
        add_call(connection)
        began.set()
        if database.dialect == "sqlite":
            go_on.wait(5)

    writing = asyncio.ensure_future(database.write(write_slowly))
    await asyncio.to_thread(began.wait, 5)
    assert await database.read(count_calls) in {0, 1}
    go_on.set()
    await writing
    assert await database.read(count_calls) == 1


async def test_a_database_that_is_not_there_is_unavailable() -> None:
    database = open_database("postgresql://user:hunter2@127.0.0.1:1/gateway", timeout_s=3)
    with pytest.raises(StoreUnavailable) as caught:
        await database.write(add_call)
    assert "hunter2" not in str(caught.value)
    await database.aclose()


async def test_a_restarted_server_is_not_noticed(postgres: PostgresServer, migrated_template: str) -> None:
    database = open_database(postgres.create("restarted", template=migrated_template))
    await database.write(add_call)
    postgres.command("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'restarted'")
    assert await database.read(count_calls) == 1
    postgres.command("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'restarted'")
    await database.write(lambda connection: connection.execute(text("DELETE FROM calls")))
    assert await database.read(count_calls) == 0
    await database.aclose()
    postgres.drop("restarted")


async def test_a_server_that_does_not_answer_in_time_is_unavailable(postgres: PostgresServer) -> None:
    database = open_database(postgres.create("slow"), timeout_s=0.2)
    with pytest.raises(StoreUnavailable, match="in time"):
        await database.read(lambda connection: connection.execute(text("SELECT pg_sleep(30)")))
    await database.aclose()
    postgres.drop("slow")


async def test_a_pooler_is_never_asked_to_keep_a_prepared_statement(
    postgres: PostgresServer, migrated_template: str
) -> None:
    postgres.create("pooled", template=migrated_template)
    url = postgres.admin.url.set(database="pooled")
    database = PostgresDatabase(url, pooled=True, connections=1)
    for _ in range(12):
        await database.read(count_calls)
    prepared = select(func.count()).select_from(text("pg_prepared_statements"))
    assert await database.read(lambda connection: connection.execute(prepared).scalar_one()) == 0
    await database.aclose()
    postgres.drop("pooled")


async def test_a_writer_that_cannot_get_the_file_in_time_is_unavailable(file: Path) -> None:
    first, second = SqliteDatabase(file), SqliteDatabase(file, timeout_s=0.1)
    async with holding(first):
        with pytest.raises(StoreUnavailable):
            await second.write(count_calls)
    await first.aclose()
    await second.aclose()


async def test_those_that_share_a_transaction_wait_for_the_file_together(file: Path) -> None:
    first, second = SqliteDatabase(file), SqliteDatabase(file, timeout_s=0.1)
    async with holding(first):
        done = await asyncio.gather(*(second.together(count_calls) for _ in range(5)), return_exceptions=True)
    assert {type(error) for error in done} == {StoreUnavailable}
    await first.aclose()
    await second.aclose()


async def test_what_waits_for_its_transaction_when_the_database_is_closed_is_kept(file: Path) -> None:
    database = SqliteDatabase(file)
    works = []
    for number in range(30):
        works.append(asyncio.ensure_future(database.together(adding(f"call-{number}"))))
        await asyncio.sleep(0.001)
    await database.aclose()
    assert await asyncio.gather(*works) == [1] * 30
    with pytest.raises(StoreUnavailable):
        await database.together(count_calls)


async def test_the_reader_of_sqlite_cannot_write(file: Path) -> None:
    database = SqliteDatabase(file)
    with pytest.raises(StoreUnavailable):
        await database.read(add_call)
    await database.aclose()


async def test_sqlite_is_set_up_for_one_machine(file: Path) -> None:
    database = SqliteDatabase(file)

    def settings(connection: Connection) -> list[object]:
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        return [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]

    assert await database.write(settings) == ["wal", 1, 1, 5000]
    await database.aclose()


async def test_a_wrong_statement_is_not_called_unavailable(database: Database) -> None:
    with pytest.raises(DBAPIError):
        await database.read(lambda connection: connection.execute(text("SELECT nothing FROM nowhere")))
