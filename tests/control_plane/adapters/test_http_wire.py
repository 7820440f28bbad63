"""Connections are kept, asked anew when they have died, and closed with a request that nobody wants any more."""

import asyncio
import ssl
from collections import deque
from collections.abc import AsyncIterator, Iterable

import httpx
import pytest

from control_plane.adapters.http_transport import WireTransport, body_of
from control_plane.adapters.http_wire import MOST_UNREAD, Place, Wire, WireLost, Wires, is_proxied, request_bytes
from tests.wire.server import until

REQUEST = request_bytes("POST", b"/x", headers=[(b"Host", b"here"), (b"Content-Length", b"2")], body=b"hi")
HOLA = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nHola"
BEGUN = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nHola"
CLOSE = b""
"""As a step of a reply: the server closes the connection."""


class Server:
    """Answers each request with the next reply: pieces, and things to wait for."""

    def __init__(self) -> None:
        self.replies: deque[Iterable[bytes | asyncio.Event]] = deque()
        self.place = Place("", 0, secure=False)
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
                    if isinstance(step, asyncio.Event):
                        gone = asyncio.ensure_future(reader.read(1))
                        await asyncio.wait([gone, asyncio.ensure_future(step.wait())], return_when="FIRST_COMPLETED")
                    elif step == CLOSE:
                        return
                    else:
                        writer.write(step)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.open -= 1
            writer.close()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    server = Server()
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.place = Place("127.0.0.1", listener.sockets[0].getsockname()[1], secure=False)
    yield server
    listener.close()
    for writer in server.writers:
        writer.close()


@pytest.fixture
def wires() -> Wires:
    return Wires(keep_s=60, security=ssl.create_default_context)


async def answer(wires: Wires, server: Server) -> bytes:
    wire = await wires.ask(server.place, REQUEST, connect_s=5, head_s=5)
    body = await everything(wire)
    wires.release(wire)
    return body


async def everything(wire: Wire) -> bytes:
    body = b""
    while piece := await wire.read(5):
        body += piece
    return body


async def test_one_connection_serves_one_request_after_the_other(server: Server, wires: Wires) -> None:
    server.replies += [[HOLA], [HOLA]]
    assert [await answer(wires, server), await answer(wires, server)] == [b"Hola", b"Hola"]
    assert (server.connections, server.requests) == (1, [REQUEST, REQUEST])
    wires.close()
    await until(lambda: server.open == 0)


async def test_a_kept_connection_that_has_died_meanwhile_is_replaced(server: Server, wires: Wires) -> None:
    server.replies += [[HOLA], [CLOSE], [HOLA]]
    assert [await answer(wires, server), await answer(wires, server)] == [b"Hola", b"Hola"]
    assert server.connections == 2


async def test_a_new_connection_that_dies_is_not_asked_again(server: Server, wires: Wires) -> None:
    server.replies += [[CLOSE]]
    with pytest.raises(WireLost):
        await answer(wires, server)
    assert server.connections == 1


async def test_a_kept_connection_is_closed_after_its_time(server: Server) -> None:
    wires = Wires(keep_s=0.01, security=ssl.create_default_context)
    server.replies += [[HOLA]]
    await answer(wires, server)
    await until(lambda: server.open == 0)


async def test_a_request_that_is_given_up_closes_its_connection(server: Server, wires: Wires) -> None:
    server.replies += [[BEGUN, asyncio.Event()]]
    wire = await wires.ask(server.place, REQUEST, connect_s=5, head_s=5)
    assert await wire.read(5) == b"Hola"
    wires.release(wire)
    await until(lambda: server.open == 0)


async def test_an_answer_that_breaks_off_is_lost_after_what_came_of_it(server: Server, wires: Wires) -> None:
    server.replies += [[BEGUN, CLOSE]]
    wire = await wires.ask(server.place, REQUEST, connect_s=5, head_s=5)
    assert await wire.read(5) == b"Hola"
    with pytest.raises(WireLost):
        await wire.read(5)


@pytest.mark.parametrize("begun", [[], [BEGUN]])
async def test_nobody_waits_longer_than_he_wants(server: Server, wires: Wires, begun: list[bytes]) -> None:
    server.replies += [[*begun, asyncio.Event()]]

    async def ask() -> None:
        wire = await wires.ask(server.place, REQUEST, connect_s=5, head_s=0.05 if not begun else 5)
        await wire.read(5)
        await wire.read(0.05)

    with pytest.raises(TimeoutError):
        await ask()


async def test_whoever_does_not_read_makes_the_server_wait(server: Server, wires: Wires) -> None:
    size = MOST_UNREAD * 64
    server.replies += [[b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size, bytes(size)]]
    wire = await wires.ask(server.place, REQUEST, connect_s=5, head_s=5)
    await until(lambda: wire._paused)
    assert len(await everything(wire)) == size


async def test_nobody_at_the_other_end_is_a_lost_wire(wires: Wires) -> None:
    with pytest.raises(WireLost):
        await wires.connect(Place("127.0.0.1", 1, secure=False), connect_s=5)


def test_a_header_field_cannot_hold_another_one() -> None:
    with pytest.raises(ValueError, match="one line"):
        request_bytes("GET", b"/", headers=[(b"X", b"1\r\nY: 2")], body=b"")


def test_a_proxy_of_the_machine_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    assert not is_proxied("https://api.example/v1")
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("no_proxy", "inside.example")
    assert is_proxied("https://api.example/v1")
    assert not is_proxied("https://inside.example/v1")
    assert not is_proxied("http://api.example/v1")


async def test_httpx_speaks_through_it(server: Server, wires: Wires) -> None:
    server.replies += [[HOLA], [HOLA]]
    address = f"http://127.0.0.1:{server.place.port}/x"
    async with httpx.AsyncClient(transport=WireTransport(wires), trust_env=False) as client:
        whole = await client.post(address, content=b"hi")
        assert (whole.status_code, whole.text) == (200, "Hola")
        async with client.stream("POST", address, content=b"hi") as begun:
            assert await body_of(begun).read(5) == b"Hola"
        server.replies += [[CLOSE], [CLOSE]]
        with pytest.raises(httpx.RemoteProtocolError):
            await client.post(address, content=b"hi")
    assert server.connections == 2
