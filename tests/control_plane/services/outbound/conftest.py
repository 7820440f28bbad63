"""A tenant with webhooks, on SQLite and PostgreSQL."""

import pytest

from control_plane.adapters.store.calls import SqlCallStore
from control_plane.adapters.store.database import Database
from control_plane.testing.clock import FakeClock
from tests.control_plane.adapters.store.conftest import (
    address,
    database,
    dialect,
    migrated_file,
    migrated_template,
    postgres,
)
from tests.houses import House

__all__ = ["address", "database", "dialect", "migrated_file", "migrated_template", "postgres"]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(wall=1_795_280_075.0)


@pytest.fixture
def house(database: Database, clock: FakeClock) -> House:
    return House(database, clock)


@pytest.fixture
def calls(database: Database) -> SqlCallStore:
    return SqlCallStore(database)
