"""A served gateway for each test of the web layer."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.databases import empty_database
from tests.gateways import Served, served


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return empty_database(tmp_path / "gateway.db")


@pytest.fixture
async def it(tmp_path: Path, database_url: str) -> AsyncIterator[Served]:
    async with served(tmp_path, database_url) as gateway:
        yield gateway
