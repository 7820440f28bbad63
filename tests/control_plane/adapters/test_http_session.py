"""Connections are kept, asked anew when they have died, and closed with an answer that nobody wants any more."""

import asyncio
import ssl
from collections import deque
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import httpx2
import pytest

from control_plane.adapters.brains import anthropic_transport
from control_plane.adapters.http_session import HttpSession, proxy_of
from control_plane.adapters.http_transport import AiohttpTransport, body_of
from tests.certificates import server_and_trust
from tests.wire.server import until

HOLA = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nHola"
BEGUN = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nHola"
IN_CHUNKS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nHola\r\n"
CLOSE = b""
"""As a step of a reply: the server closes the connection."""
Step = bytes | asyncio.Event


class Server:
    """Answers each request with the next reply: pieces, and things to wait for."""

    def __init__(self) -> None:
        self.replies: deque[Iterable[Step]] = deque()
        self.url = ""
        self.connections = 0
        self.open = 0
        self.requests: list[bytes] = []
        self.writers: list[asyncio.StreamWriter] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open += 1
        self.writers.append(writer)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                self.requests.append(head + await reader.readexactly(2))
                for step in self.replies.popleft():
                    if step == CLOSE:
                        return
                    await self._do(step, reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.open -= 1
            writer.close()

    async def _do(self, step: Step, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if isinstance(step, bytes):
            writer.write(step)
            return
        waits = [asyncio.ensure_future(reader.read(1)), asyncio.ensure_future(step.wait())]
        _, pending = await asyncio.wait(waits, return_when="FIRST_COMPLETED")
        for wait in pending:
            wait.cancel()
        await asyncio.gather(*pending, return_exceptions=True)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    server = Server()
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    yield server
    listener.close()
    for writer in server.writers:
        writer.close()


def client_of(
    url: str, *, keep_s: float = 60, read_s: float = 5, trust: ssl.SSLContext | None = None
) -> httpx.AsyncClient:
    session = HttpSession(url, keep_s=keep_s, security=lambda: trust or httpx.create_ssl_context())
    return httpx.AsyncClient(
        transport=AiohttpTransport(session), base_url=url, timeout=httpx.Timeout(5, read=read_s), trust_env=False
    )


@pytest.fixture
async def client(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(server.url) as client:
        yield client


async def said(client: httpx.AsyncClient) -> str:
    return (await client.post("/a%3Ab?c=d", content=b"hi")).text


async def test_one_connection_serves_one_request_after_the_other(server: Server, client: httpx.AsyncClient) -> None:
    server.replies += [[HOLA], [HOLA]]
    assert [await said(client), await said(client)] == ["Hola", "Hola"]
    assert server.connections == 1
    await client.aclose()
    await until(lambda: server.open == 0)


async def test_the_request_is_sent_as_it_was_made(server: Server, client: httpx.AsyncClient) -> None:
    server.replies += [[HOLA]]
    await client.post("/a%3Ab?c=d", content=b"hi", headers={"X-One": "1"})
    head, *fields = server.requests[0].partition(b"\r\n\r\n")[0].decode().split("\r\n")
    assert head == "POST /a%3Ab?c=d HTTP/1.1"
    names = sorted(field.partition(":")[0].lower() for field in fields)
    assert names == ["accept", "accept-encoding", "connection", "content-length", "host", "user-agent", "x-one"]
    assert server.requests[0].endswith(b"hi")


@pytest.mark.parametrize("size", [2, 2**16, 2**16 + 1, 3 * 2**20])
async def test_a_body_arrives_behind_its_head(client: httpx.AsyncClient, size: int) -> None:
    got: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(2):
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
            got.append(await reader.readexactly(length))
            writer.write(HOLA)
        writer.close()

    listener = await asyncio.start_server(serve, "127.0.0.1", 0, limit=2**16)
    url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    for body in (b"a" * size, b"b" * size):
        assert (await client.post(url, content=body)).text == "Hola"
    assert got == [b"a" * size, b"b" * size]
    listener.close()


async def test_a_connection_that_does_not_keep_up_gets_head_and_body_in_order(
    server: Server, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.replies += [[HOLA]]
    paused = aiohttp.base_protocol.BaseProtocol.connection_made

    def connection_made(protocol: aiohttp.base_protocol.BaseProtocol, transport: asyncio.Transport) -> None:
        paused(protocol, transport)
        protocol.pause_writing()
        asyncio.get_running_loop().call_later(0.05, protocol.resume_writing)

    monkeypatch.setattr(aiohttp.base_protocol.BaseProtocol, "connection_made", connection_made)
    assert await said(client) == "Hola"
    assert server.requests[0].startswith(b"POST /a%3Ab?c=d HTTP/1.1\r\n")
    assert server.requests[0].endswith(b"\r\n\r\nhi")


async def test_the_body_goes_out_in_the_same_turn_of_the_loop_as_the_head(
    server: Server, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.replies += [[HOLA], [HOLA]]
    await said(client)
    begun = list[str]()
    write = aiohttp.ClientRequest.write_bytes

    async def write_bytes(request: aiohttp.ClientRequest, *arguments: Any) -> None:
        begun.append("a task")
        await write(request, *arguments)

    monkeypatch.setattr(aiohttp.ClientRequest, "write_bytes", write_bytes)
    assert await said(client) == "Hola"
    assert begun == []


async def test_a_kept_connection_that_dies_under_a_request_is_replaced(
    server: Server, client: httpx.AsyncClient
) -> None:
    server.replies += [[HOLA], [CLOSE], [HOLA]]
    assert [await said(client), await said(client)] == ["Hola", "Hola"]
    assert (server.connections, len(server.requests)) == (2, 3)


async def test_a_connection_that_its_server_has_closed_between_requests_is_not_used(
    server: Server, client: httpx.AsyncClient
) -> None:
    server.replies += [[HOLA, CLOSE], [HOLA]]
    assert await said(client) == "Hola"
    await until(lambda: server.open == 0)
    assert await said(client) == "Hola"
    assert server.connections == 2


async def test_a_new_connection_that_dies_is_not_asked_again(server: Server, client: httpx.AsyncClient) -> None:
    server.replies += [[CLOSE]]
    with pytest.raises(httpx.RemoteProtocolError):
        await said(client)
    assert server.connections == 1


async def test_an_answer_that_has_begun_is_not_asked_for_again(server: Server, client: httpx.AsyncClient) -> None:
    server.replies += [[HOLA], [BEGUN, CLOSE]]
    await said(client)
    with pytest.raises(httpx.RemoteProtocolError):
        await said(client)
    assert len(server.requests) == 2


async def test_a_kept_connection_is_closed_after_its_time(server: Server) -> None:
    server.replies += [[HOLA]]
    async with client_of(server.url, keep_s=0.01) as client:
        await said(client)
        await until(lambda: server.open == 0)


async def test_an_answer_that_is_given_up_closes_its_connection(server: Server, client: httpx.AsyncClient) -> None:
    server.replies += [[BEGUN, asyncio.Event()]]
    async with client.stream("POST", "/", content=b"hi") as answer:
        assert await body_of(answer).read(5) == b"Hola"
    await until(lambda: server.open == 0)


async def test_whoever_is_cancelled_within_an_answer_closes_its_connection(
    server: Server, client: httpx.AsyncClient
) -> None:
    server.replies += [[BEGUN, asyncio.Event()]]
    begun = asyncio.Event()

    async def listen() -> None:
        async with client.stream("POST", "/", content=b"hi") as answer:
            async for _ in answer.aiter_raw():
                begun.set()

    listening = asyncio.create_task(listen())
    await begun.wait()
    listening.cancel()
    await asyncio.wait([listening])
    assert listening.cancelled()
    await until(lambda: server.open == 0)


@pytest.mark.parametrize("begun", [[], [BEGUN]])
async def test_nobody_waits_longer_than_he_wants(server: Server, begun: list[bytes]) -> None:
    server.replies += [[*begun, asyncio.Event()]]
    async with client_of(server.url, read_s=0.1) as client:
        client.timeout = httpx.Timeout(0.1, read=0.1)
        with pytest.raises(httpx.ReadTimeout):
            await said(client)
        await until(lambda: server.open == 0)


async def test_a_piece_that_does_not_come_is_late(server: Server, client: httpx.AsyncClient) -> None:
    server.replies += [[BEGUN, asyncio.Event()]]
    async with client.stream("POST", "/", content=b"hi") as answer:
        body = body_of(answer)
        assert await body.read(5) == b"Hola"
        with pytest.raises(TimeoutError):
            await body.read(0.05)


async def test_a_broken_chunk_ends_the_answer_within_its_time(server: Server) -> None:
    go_on = asyncio.Event()
    server.replies += [[IN_CHUNKS, go_on, b"what?\r\n", asyncio.Event()]]
    async with client_of(server.url) as client, client.stream("POST", "/", content=b"hi") as answer:
        body = body_of(answer)
        assert await body.read(5) == b"Hola"
        go_on.set()
        with pytest.raises((aiohttp.ClientError, TimeoutError)):
            await body.read(0.2)
        await until(lambda: server.open == 0)


async def test_what_is_no_answer_is_refused(server: Server, client: httpx.AsyncClient) -> None:
    server.replies += [[b"SSH-2.0-OpenSSH_9.9\r\n\r\n", asyncio.Event()]]
    with pytest.raises(httpx.RemoteProtocolError):
        await said(client)
    await until(lambda: server.open == 0)


async def test_nobody_at_the_other_end_is_told() -> None:
    async with client_of("http://127.0.0.1:1") as client:
        with pytest.raises(httpx.ConnectError):
            await said(client)


async def test_a_header_field_cannot_hold_another_one(server: Server, client: httpx.AsyncClient) -> None:
    with pytest.raises(httpx.LocalProtocolError):
        await client.post("/", content=b"hi", headers={"X": "1\r\nY: 2"})
    assert server.requests == []


async def test_a_server_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    secured, trust = server_and_trust(tmp_path, "localhost")
    server = Server()
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=secured)
    url = f"https://localhost:{listener.sockets[0].getsockname()[1]}"
    async with client_of(url) as client:
        with pytest.raises(httpx.ConnectError, match="Certificate"):
            await said(client)
    assert server.requests == []
    server.replies += [[HOLA]]
    async with client_of(url, trust=trust) as client:
        assert await said(client) == "Hola"
    listener.close()


async def test_httpx2_speaks_through_it_and_hears_its_own_errors(server: Server) -> None:
    server.replies += [[HOLA], [CLOSE], [CLOSE]]
    session = HttpSession(server.url, keep_s=60, security=ssl.create_default_context)
    async with httpx2.AsyncClient(transport=anthropic_transport.AiohttpTransport(session)) as client:
        assert (await client.post(server.url, content=b"hi")).text == "Hola"
        with pytest.raises(httpx2.RemoteProtocolError):
            await client.post(server.url, content=b"hi")


def test_a_proxy_of_the_machine_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    assert proxy_of("https://api.example/v1") is None
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("no_proxy", "inside.example")
    assert proxy_of("https://api.example/v1") == "http://proxy.example:3128"
    assert proxy_of("https://inside.example/v1") is None
    assert proxy_of("http://api.example/v1") is None


async def test_a_proxy_of_the_machine_is_used(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", server.url)
    monkeypatch.setenv("no_proxy", "")
    server.replies += [[HOLA]]
    async with client_of("http://api.example") as client:
        assert await said(client) == "Hola"
    assert server.requests[0].startswith(b"POST http://api.example/a%3Ab?c=d HTTP/1.1\r\n")
