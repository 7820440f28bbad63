"""What is left in the server of a client that has gone."""

import asyncio

import hypercorn.asyncio.run
import pytest
from hypercorn.asyncio.tcp_server import TCPServer
from hypercorn.config import Config
from quart import Quart

from control_plane.web import departed_peers
from tests.servers import real_server
from tests.virtual_time import eventually


@pytest.fixture(autouse=True)
def mended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hypercorn.asyncio.run, "TCPServer", TCPServer)
    monkeypatch.setattr(Config, "keep_alive_timeout", 3600.0)
    departed_peers.install()


def connections() -> list[str]:
    """The tasks of Hypercorn that stand for one connection."""
    told = (getattr(task.get_coro(), "__qualname__", "") for task in asyncio.all_tasks())
    return [name for name in told if name.startswith(("worker_serve.<locals>._server_callback", "TCPServer."))]


async def test_a_client_that_closes_its_connection_leaves_nothing_behind() -> None:
    app = Quart("here")

    @app.get("/")
    async def home() -> str:
        return "here"

    async with real_server(app) as address:
        host, _, port = address.partition(":")
        for _ in range(10):
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
            assert (await reader.readline()).startswith(b"HTTP/1.1 200")
            assert connections()
            writer.close()
            await writer.wait_closed()
        await eventually(lambda: not connections())
