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
from control_plane.web.stream_listener import MESSAGE_LIMIT, SPARE_SOCKETS, listening
from tests.virtual_time import eventually


@dataclass
class Door:
    """Stands in for the gateway's door: keeps what came, and waits where it is told to."""

    got: list[str | bytes] = field(default_factory=list)
    sockets: list[MediaSocket] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    ended: list[BaseException | None] = field(default_factory=list)
    before_feeding: asyncio.Event = field(default_factory=asyncio.Event)

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


async def test_there_is_an_end_to_how_many_come_in() -> None:
    async with opened(calls=1) as it:
        held = [await it.connect() for _ in range(2 + SPARE_SOCKETS)]
        await eventually(lambda: len(it.door.sockets) == len(held))
        with pytest.raises(InvalidStatus) as refused:
            await it.connect()
        assert refused.value.response.status_code == 503
        await held.pop().close()
        await eventually(lambda: len(it.door.ended) == 1)
        async with it.connect():
            await eventually(lambda: len(it.door.sockets) == len(held) + 2)
        for socket in held:
            await socket.close()


async def test_the_end_of_the_process_is_told_to_who_is_still_there() -> None:
    gateway = Gateway()
    async with listening(gateway, host="127.0.0.1", port=0, calls=5) as port:  # type: ignore[arg-type]
        socket = await connect(f"ws://127.0.0.1:{port}/stream/media/ticket")
        await eventually(lambda: gateway.door.sockets)
    assert await code_of(socket) == 1001
    await gateway.supervisor.aclose()
