"""What the suites of the services share: virtual time where a module asks for it, a database that costs nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

import pytest

from control_plane.adapters.store.calls import SqlCallStore
from control_plane.adapters.store.engine import open_database
from tests.databases import empty_database
from tests.virtual_time import VirtualLoop


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Function
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Modules with `VIRTUAL_TIME = True` run in virtual time."""
    if getattr(item.module, "VIRTUAL_TIME", False):
        return {"virtual": VirtualLoop}
    return {"real": asyncio.new_event_loop}


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return empty_database(tmp_path / "calls.db")


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[SqlCallStore]:
    """A call store on a fresh SQLite file."""
    database = open_database(database_url)
    yield SqlCallStore(database)
    await database.aclose()
