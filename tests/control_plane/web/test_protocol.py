"""HTTP/2 is refused: a change of protocol would lead around the proxy in front."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import h2.connection
import h2.events
import httpx
import pytest

from tests.gateways import assembled
from tests.servers import real_server
from tests.virtual_time import eventually

ASKED = ("/api/calls", "/health", "/stream/media/x")


@pytest.fixture
async def address(tmp_path: Path, database_url: str) -> AsyncIterator[str]:
    it = assembled(tmp_path, database_url)
    async with real_server(it.app) as found:
        await eventually(lambda: it.gateway.ready)
        yield found


@pytest.mark.parametrize("path", ASKED)
async def test_a_client_that_begins_with_http2_is_refused(address: str, path: str) -> None:
    async with httpx.AsyncClient(http1=False, http2=True) as client:
        answer = await client.get(f"http://{address}{path}")
    assert answer.http_version == "HTTP/2"
    assert answer.status_code == 505


async def test_a_connection_that_changes_to_http2_opens_nothing(address: str) -> None:
    host, _, port = address.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    connection = h2.connection.H2Connection()
    wanted = (connection.initiate_upgrade_connection() or b"").decode()
    writer.write(
        f"GET /stream/media/x HTTP/1.1\r\nHost: {address}\r\nUpgrade: h2c\r\n"
        f"Connection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: {wanted}\r\n\r\n".encode()
    )
    await reader.readuntil(b"\r\n\r\n")  # 101
    asked = [(":method", "GET"), (":path", "/api/calls"), (":scheme", "http"), (":authority", "127.0.0.1")]
    connection.send_headers(3, asked, end_stream=True)
    writer.write(connection.data_to_send())
    statuses = await asyncio.wait_for(_statuses(reader, connection), 10)
    writer.close()
    assert statuses == ["505", "505"]


async def _statuses(reader: asyncio.StreamReader, connection: h2.connection.H2Connection) -> list[str]:
    """What the streams were answered, until the one of the attack was."""
    found: list[str] = []
    while len(found) < 2 and (data := await reader.read(65536)):
        for event in connection.receive_data(data):
            if isinstance(event, h2.events.ResponseReceived):
                found += [value.decode() for name, value in event.headers or () if name == b":status"]
    return found
