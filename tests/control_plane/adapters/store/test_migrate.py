"""The schema comes to the newest revision, once, whoever else is starting."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select, text

from control_plane.adapters.store import call_words, row_words
from control_plane.adapters.store.database import Conflict, Database
from control_plane.adapters.store.engine import open_database
from control_plane.adapters.store.migrate import NEWEST, UnknownSchema, alembic_config, migrate, stored_revision
from control_plane.adapters.store.rows import row_of
from control_plane.adapters.store.sqlite import SqliteDatabase
from control_plane.adapters.store.tables import call_events, calls
from control_plane.ports.tables import Base
from control_plane.resources import registered  # noqa: F401  its tables are part of the schema
from tests.records import call_record, journal_entry

START = """
import asyncio, sys
from control_plane.adapters.store.engine import open_database
from control_plane.adapters.store.migrate import migrate
from control_plane.ports.tables import Base
from control_plane.resources import registered  # noqa: F401  its tables are part of the schema
async def main():
    database = open_database(sys.argv[1])
    await migrate(database)
    await database.aclose()
asyncio.run(main())
print("alembic" in sys.modules)
"""


def starting(address: str, cwd: Path) -> subprocess.Popen[str]:
    root = Path(__file__).parents[4]
    return subprocess.Popen(
        [sys.executable, "-c", START, address],
        cwd=cwd,
        env={"PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_constant_names_the_last_revision(tmp_path: Path) -> None:
    from alembic.script import ScriptDirectory
    from sqlalchemy import create_engine

    with create_engine("sqlite://").connect() as connection:
        scripts = ScriptDirectory.from_config(alembic_config(connection))
    assert scripts.get_heads() == [NEWEST]


async def test_the_revisions_make_the_tables_of_the_program(database: Database) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    def difference(connection: Connection) -> list[object]:
        # What the engines keep of the indices of words is no table of the program.
        foreign = (call_words.TABLE, row_words.TABLES, row_words.INDICES)
        ours = {"include_name": lambda name, *_: not (name or "").startswith(foreign)}
        return list(compare_metadata(MigrationContext.configure(connection, opts=ours), Base.metadata))

    assert await database.read(difference) == []


def test_processes_that_start_together_all_succeed(empty_address: str, tmp_path: Path) -> None:
    started = [starting(empty_address, tmp_path) for _ in range(3)]
    outcomes = [(process.communicate(timeout=60)[1], process.returncode) for process in started]
    assert outcomes == [("", 0)] * 3


def test_a_start_with_nothing_to_do_does_not_load_alembic(address: str, tmp_path: Path) -> None:
    out, error = starting(address, tmp_path).communicate(timeout=60)
    assert (out.strip(), error) == ("False", "")


async def test_a_start_with_nothing_to_do_is_fast(address: str) -> None:
    best = 1.0
    for _ in range(3):
        began = time.perf_counter()
        database = open_database(address)
        await migrate(database)
        best = min(best, time.perf_counter() - began)
        await database.aclose()
    assert best < 0.2


async def test_a_database_of_a_newer_program_is_refused(database: Database) -> None:
    await database.write(lambda connection: connection.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    with pytest.raises(UnknownSchema, match="9999"):
        await migrate(database)
    assert await database.read(stored_revision) == "9999"


async def test_a_migration_that_fails_leaves_the_schema_as_it_was(database: Database) -> None:
    def half(connection: Connection) -> None:
        connection.execute(text("CREATE TABLE half (a INTEGER)"))
        connection.execute(text("CREATE TABLE calls (a INTEGER)"))

    with pytest.raises(Exception, match="calls"):
        await database.alone(half)
    await database.write(lambda connection: connection.execute(text("CREATE TABLE half (a INTEGER)")))


async def test_replacing_a_table_in_sqlite_keeps_what_refers_to_it(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "a.db")
    await migrate(database)

    def fill(connection: Connection) -> None:
        connection.execute(insert(calls), row_of(call_record()))
        connection.execute(insert(call_events), row_of(journal_entry()))

    def replace(connection: Connection) -> None:
        from alembic.operations import Operations
        from alembic.runtime.migration import MigrationContext

        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("calls", recreate="always") as batch:
            batch.alter_column("bot_id", new_column_name="bot")

    await database.write(fill)
    await database.alone(replace)
    rows = await database.read(lambda connection: connection.execute(select(call_events.c.seq)).all())
    assert len(rows) == 1
    with pytest.raises(Conflict):
        await database.alone(lambda connection: connection.execute(text("DELETE FROM calls")))
    await database.aclose()
