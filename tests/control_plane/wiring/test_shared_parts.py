"""With REDIS_URL processes hear each other and share a cache; without it nothing of Redis is even loaded."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from control_plane.ports.errors import Misconfigured
from control_plane.ports.infrastructure import BusMessage
from control_plane.services.cache.kinds import SPEECH
from tests.databases import empty_database
from tests.gateways import assembled, served
from tests.redis_server import RedisServer, start_redis


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return empty_database(tmp_path / "calls.db")


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    server = start_redis(tmp_path)
    yield server
    server.stop()


async def test_two_gateways_hear_each_other_and_share_what_was_made(
    tmp_path: Path, database_url: str, redis: RedisServer
) -> None:
    async def made() -> bytes:
        return b"audio"

    async with (
        served(tmp_path, database_url, redis_url=redis.url, node_id="one") as one,
        served(tmp_path, database_url, redis_url=redis.url, node_id="other") as other,
    ):
        heard = other.gateway.bus.subscribe()
        async with asyncio.timeout(20):
            await one.gateway.bus.connected.wait()  # type: ignore[attr-defined]
            await other.gateway.bus.connected.wait()  # type: ignore[attr-defined]
            message = BusMessage(topic="call.words", call_id="call-1", body={"text": "¿Aló?"})
            one.gateway.bus.publish(message)
            assert await anext(heard) == message
        assert await one.gateway.cache.get_or_make(SPEECH, "a", make=made) == b"audio"
        assert await other.gateway.cache.get(SPEECH, "a") == b"audio"
        assert other.metric("cache_requests_total", kind="speech", outcome="shared") == 1
        assert other.metric("cache_entries") == 1


def test_an_address_that_is_none_is_told_without_it(tmp_path: Path, database_url: str) -> None:
    with pytest.raises(Misconfigured) as raised:
        assembled(tmp_path, database_url, redis_url="redis://:secret@host:port/0")
    assert "secret" not in str(raised.value)


def test_without_redis_its_library_is_not_loaded() -> None:
    program = "import sys, control_plane.__main__; sys.exit('redis' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], timeout=60, check=False).returncode == 0
