"""The listener for media sockets: what it lets in, and what a peer may and may not do to it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from control_plane.services.media.inlet import LIMIT
from control_plane.services.media.socket import MediaSocket, SocketClosed
from control_plane.services.supervisor import Supervisor
from control_plane.web.stream_listener import SOCKETS_PER_CALL, SOCKETS_PER_TICKET, STRANGERS, listening
from control_plane.web.stream_socket import MESSAGE_LIMIT
from tests.virtual_time import eventually


@dataclass
class Door:
    """Stands in for the gateway's door: keeps what came, and waits where it is told to."""

    got: list[str | bytes] = field(default_factory=list)
    sockets: list[MediaSocket] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    ended: list[BaseException | None] = field(default_factory=list)
    before_feeding: asyncio.Event = field(default_factory=asyncio.Event)

    def knows(self, token: str) -> bool:
        return token == "ticket"

    async def serve(self, socket: MediaSocket, codec: object, *, token: str) -> None:
        self.sockets.append(socket)
        self.tokens.append(token)
        await self.before_feeding.wait()
        try:
            await socket.feed(self.take)
        except SocketClosed as closed:
            self.ended.append(closed)
        else:
            self.ended.append(None)

    def take(self, message: str | bytes) -> None:
        if message == b"fault":
            raise LookupError("no such thing")
        self.got.append(message)


@dataclass
class Gateway:
    """As much of a gateway as the listener sees."""

    door: Door = field(default_factory=Door)
    supervisor: Supervisor = field(default_factory=Supervisor)
    codecs: dict[str, Any] = field(default_factory=lambda: {"telnyx": object})


@dataclass
class Open:
    door: Door
    address: str

    def connect(self, path: str = "/stream/media/ticket", **options: Any) -> connect:
        return connect(f"ws://{self.address}{path}", **options)


@asynccontextmanager
async def opened(*, feeding: bool = True, calls: int = 5) -> AsyncIterator[Open]:
    gateway = Gateway()
    if feeding:
        gateway.door.before_feeding.set()
    async with listening(gateway, host="127.0.0.1", port=0, calls=calls) as port:  # type: ignore[arg-type]
        yield Open(gateway.door, f"127.0.0.1:{port}")
    await gateway.supervisor.aclose()


async def _fill(socket: MediaSocket) -> None:
    """More than all buffers between here and there take."""
    for _ in range(200):
        await socket.send("x" * 200_000)


PING: bytes = b"\x89\xfd\x00\x00\x00\x00" + b"x" * 125


async def upgraded(address: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A websocket of which every byte is in our hands."""
    host, _, port = address.partition(":")
    # Little room on our side, so that what we do not read soon waits at the gateway.
    reader, writer = await asyncio.open_connection(host, int(port), limit=1024)
    writer.write(
        b"GET /stream/media/ticket HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101")
    return reader, writer


async def code_of(socket: Any) -> int | None:
    async with asyncio.timeout(5):
        with pytest.raises(ConnectionClosed):
            await socket.recv()
    code: int | None = socket.close_code
    return code


@pytest.mark.parametrize("path", ["/", "/stream", "/stream/", "/stream/nobody/ticket", "/api/calls", "/streams/media"])
async def test_nothing_but_the_streams_of_known_carriers_is_there(path: str) -> None:
    async with opened() as it:
        with pytest.raises(InvalidStatus) as refused:
            await it.connect(path)
        assert refused.value.response.status_code == 404
        assert not it.door.sockets


async def test_a_request_that_is_no_websocket_is_refused() -> None:
    async with opened() as it, httpx.AsyncClient() as client:
        answer = await client.get(f"http://{it.address}/stream/media/ticket")
        assert answer.status_code == 400
        assert not it.door.sockets


async def test_the_ticket_is_taken_from_the_path_as_it_was_meant() -> None:
    async with opened() as it, it.connect("/stream/media/a%7Eb?c=d"):
        await eventually(lambda: it.door.tokens)
        assert it.door.tokens == ["a~b"]


async def test_what_comes_before_the_stream_is_ready_is_kept_in_order() -> None:
    async with opened(feeding=False) as it, it.connect() as socket:
        for number in range(5):
            await socket.send(str(number))
        await eventually(lambda: it.door.sockets and it.door.sockets[0].waiting == 5)
        it.door.before_feeding.set()
        await socket.send("5")
        await eventually(lambda: len(it.door.got) == 6)
        assert it.door.got == [str(number).encode() for number in range(6)]


async def test_a_stream_that_is_never_ready_keeps_no_more_than_the_newest() -> None:
    async with opened(feeding=False) as it, it.connect() as socket:
        for number in range(LIMIT + 20):
            await socket.send(str(number))
        await eventually(lambda: it.door.sockets and it.door.sockets[0].dropped == 20)
        assert it.door.sockets[0].waiting == LIMIT


async def test_a_message_in_pieces_is_one_message() -> None:
    async with opened() as it, it.connect() as socket:
        await socket.send(iter(["one ", "two ", "three"]))
        await socket.send(b"\x00\x01")
        await eventually(lambda: len(it.door.got) == 2)
        assert it.door.got == [b"one two three", b"\x00\x01"]


@pytest.mark.parametrize("pieces", [1, 3])
async def test_a_message_that_is_too_large_ends_the_socket(pieces: int) -> None:
    async with opened() as it, it.connect() as socket:
        piece = "x" * (MESSAGE_LIMIT // pieces + 1)
        with contextlib.suppress(ConnectionClosed):
            await socket.send(iter([piece] * pieces) if pieces > 1 else piece)
        assert await code_of(socket) is not None
        await eventually(lambda: len(it.door.ended) == 1)
        assert not it.door.got


async def test_a_fault_in_the_work_is_told_to_the_stream_and_closes_the_socket_as_one() -> None:
    async with opened() as it, it.connect() as socket:
        await socket.send("fault")
        assert await code_of(socket) == 1011


async def test_a_peer_that_goes_ends_the_stream() -> None:
    async with opened() as it:
        async with it.connect():
            await eventually(lambda: it.door.sockets)
        await eventually(lambda: it.door.ended)
        assert isinstance(it.door.ended[0], SocketClosed)
        with pytest.raises(SocketClosed):
            await it.door.sockets[0].send("too late")


async def test_a_peer_that_vanishes_without_a_word_ends_the_stream() -> None:
    async with opened() as it:
        socket = await it.connect()
        await eventually(lambda: it.door.sockets)
        socket.transport.abort()
        await eventually(lambda: it.door.ended)
        assert isinstance(it.door.ended[0], SocketClosed)


async def test_a_stream_that_has_finished_takes_nothing_more() -> None:
    async with opened() as it, it.connect() as socket:
        await socket.send("one")
        await eventually(lambda: it.door.got)
        it.door.sockets[0].finish()
        assert await code_of(socket) == 1000
        assert it.door.ended == [None]


async def test_a_peer_that_takes_nothing_holds_the_sender_up() -> None:
    async with opened(feeding=False) as it, it.connect(max_queue=1) as socket:
        socket.transport.pause_reading()
        await eventually(lambda: it.door.sockets)
        line = it.door.sockets[0]
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(_fill(line), timeout=2.0)
        socket.transport.resume_reading()


async def test_one_ticket_does_not_take_all_places() -> None:
    async with opened(calls=5) as it:
        held = [await it.connect() for _ in range(SOCKETS_PER_TICKET)]
        with pytest.raises(InvalidStatus) as refused:
            await it.connect()
        assert refused.value.response.status_code == 503
        await held.pop().close()
        await eventually(lambda: len(it.door.ended) == 1)
        async with it.connect():
            await eventually(lambda: len(it.door.sockets) == SOCKETS_PER_TICKET + 1)
        for socket in held:
            await socket.close()


@pytest.mark.parametrize(("path", "places"), [("ticket", SOCKETS_PER_CALL), ("nonsense", STRANGERS), ("", STRANGERS)])
async def test_there_is_an_end_to_how_many_come_in(path: str, places: int) -> None:
    path = f"/stream/media/{path}".rstrip("/")
    async with opened(calls=1) as it:
        held = [await it.connect(path) for _ in range(places)]
        await eventually(lambda: len(it.door.sockets) == places)
        with pytest.raises(InvalidStatus) as refused:
            await it.connect(path)
        assert refused.value.response.status_code == 503
        await held.pop().close()
        await eventually(lambda: len(it.door.ended) == 1)
        async with it.connect(path):
            await eventually(lambda: len(it.door.sockets) == places + 1)
        for socket in held:
            await socket.close()


async def test_strangers_do_not_take_the_places_of_calls() -> None:
    async with opened(calls=1) as it:
        held = [await it.connect("/stream/media/nonsense") for _ in range(STRANGERS)]
        async with it.connect("/stream/media/ticket"):
            await eventually(lambda: "ticket" in it.door.tokens)
        for socket in held:
            await socket.close()


async def test_a_ping_is_answered_but_not_into_the_memory_for_a_peer_that_reads_nothing() -> None:
    async with opened() as it, it.connect() as socket:
        async with asyncio.timeout(5):
            await (await socket.ping())
    async with opened(feeding=False) as it:
        reader, writer = await upgraded(it.address)
        await eventually(lambda: it.door.sockets)
        line = it.door.sockets[0]
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(_fill(line), timeout=1.0)
        transport = line._transport.underlying_transport  # type: ignore[attr-defined]
        waiting = transport.get_write_buffer_size()
        writer.write(PING * 20_000)
        await writer.drain()
        await asyncio.sleep(0.5)
        assert transport.get_write_buffer_size() == waiting
        writer.close()
        del reader


async def test_a_goodbye_without_a_code_is_answered_with_an_orderly_one() -> None:
    async with opened() as it:
        reader, writer = await upgraded(it.address)
        writer.write(b"\x88\x80\x00\x00\x00\x00")
        assert await reader.readexactly(4) == b"\x88\x02\x03\xe8"
        await eventually(lambda: it.door.ended)
        writer.close()


async def test_the_end_of_the_process_is_told_to_who_is_still_there() -> None:
    gateway = Gateway()
    async with listening(gateway, host="127.0.0.1", port=0, calls=5) as port:  # type: ignore[arg-type]
        socket = await connect(f"ws://127.0.0.1:{port}/stream/media/ticket")
        await eventually(lambda: gateway.door.sockets)
    assert await code_of(socket) == 1001
    await gateway.supervisor.aclose()
