"""Every test of durable work runs on each store of runs."""

import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.control_plane.contracts.durable_rig import Rig, make_tables, rig_on
from tests.postgres import PostgresServer, postgres_server

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def runs_server() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        yield server


@contextmanager
def _address(kind: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    """Of a database with the tables of runs; empty for memory."""
    if kind == "memory":
        yield ""
        return
    if kind == "sqlite":
        yield make_tables(f"sqlite:///{folder}/runs.db")
        return
    server: PostgresServer = request.getfixturevalue("runs_server")
    name = f"runs_{next(_numbers)}"
    yield make_tables(server.create(name))
    server.drop(name)


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with _address(request.param, request, tmp_path) as made:
        yield made


@pytest.fixture(params=["sqlite", "postgresql"])
def stored_address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Only what survives the process."""
    with _address(request.param, request, tmp_path) as made:
        yield made


@pytest.fixture
async def rig(address: str) -> AsyncIterator[Rig]:
    async with rig_on(address) as made:
        yield made
