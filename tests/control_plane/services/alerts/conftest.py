"""A database for each test, and one process that watches it."""

from collections.abc import AsyncIterator

import pytest

from control_plane.adapters.store.database import Database
from control_plane.adapters.store.engine import open_database
from tests.control_plane.services.alerts.alerting import Alerting, alerting


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = open_database(database_url)
    yield opened
    await opened.aclose()


@pytest.fixture
def it(database: Database) -> Alerting:
    return alerting(database)
