"""What the suites of several adapters share: a Redis."""

from collections.abc import Iterator

import pytest

from tests.redis_server import RedisServer, start_redis


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """One for all tests that leave it alive; keys of theirs must not meet."""
    server = start_redis(tmp_path_factory.mktemp("redis"))
    yield server
    server.stop()
