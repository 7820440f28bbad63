"""Databases for the suites: every test runs on SQLite and on PostgreSQL, each fresh."""

import asyncio
import itertools
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from control_plane.adapters.store.calls import SqlCallStore
from control_plane.adapters.store.database import Database
from control_plane.adapters.store.engine import open_database
from control_plane.adapters.store.migrate import migrate
from control_plane.adapters.store.webhooks import SqlWebhookStore
from tests.postgres import PostgresServer, postgres_server

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    _migrate(str(path))
    return path


@pytest.fixture(scope="session")
def migrated_template(postgres: PostgresServer) -> str:
    _migrate(postgres.create("migrated"))
    return "migrated"


def _migrate(address: str) -> None:
    async def run() -> None:
        database = open_database(address)
        await migrate(database)
        await database.aclose()

    asyncio.run(run())


@pytest.fixture(params=["sqlite", "postgresql"])
def dialect(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def empty_address(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database in which nothing was ever made."""
    if dialect == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.db"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    name = f"empty_{next(_numbers)}"
    yield server.create(name)
    server.drop(name)


@pytest.fixture
def address(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated database without rows: a copy."""
    if dialect == "sqlite":
        path = tmp_path / "gateway.db"
        shutil.copy(request.getfixturevalue("migrated_file"), path)
        yield f"sqlite:///{path}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    name = f"test_{next(_numbers)}"
    yield server.create(name, template=request.getfixturevalue("migrated_template"))
    server.drop(name)


@pytest.fixture
async def database(address: str) -> AsyncIterator[Database]:
    opened = open_database(address)
    yield opened
    await opened.aclose()


@pytest.fixture
def calls(database: Database) -> SqlCallStore:
    return SqlCallStore(database)


@pytest.fixture
def webhooks(database: Database) -> SqlWebhookStore:
    return SqlWebhookStore(database)
