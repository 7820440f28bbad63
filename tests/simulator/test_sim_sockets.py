"""Websockets of the simulator: what comes in whole, what is refused, how they end."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession, WSMsgType, web
from aiohttp.test_utils import TestServer
from picows import WSError
from picows import WSMsgType as Kind

from simulator.sockets import Socket, check_upgrade, connect, hand_over


class Ear(Socket):
    def __init__(self) -> None:
        super().__init__()
        self.heard: list[tuple[Kind, bytes]] = []
        self.arrived = asyncio.Event()

    def took(self, kind: Kind, data: bytes) -> None:
        self.heard.append((kind, data))
        self.arrived.set()
        if data == b"bye":
            self.close(1008, "enough")

    async def until(self, count: int) -> None:
        async with asyncio.timeout(3):
            while len(self.heard) < count:
                self.arrived.clear()
                await self.arrived.wait()


class Door:
    def __init__(self) -> None:
        self.ears: list[Ear] = []
        self.server = TestServer(web.Application())
        self.server.app.router.add_get("/in", self.enter)
        self.server.app.router.add_get("/refused", self.refuse)

    @property
    def url(self) -> str:
        return f"ws://{self.server.host}:{self.server.port}"

    async def enter(self, request: web.Request) -> web.StreamResponse:
        check_upgrade(request)
        self.ears.append(Ear())
        return await hand_over(request, self.ears[-1], headers={"x-door": "open"})

    async def refuse(self, _: web.Request) -> web.Response:
        return web.Response(status=429)


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    door = Door()
    await door.server.start_server()
    yield door
    await door.server.close()


async def test_a_connection_is_handed_over_with_the_headers_of_its_answer(door: Door) -> None:
    async with ClientSession() as http, http.ws_connect(door.url + "/in") as socket:
        assert socket._response.headers["x-door"] == "open"
        await socket.send_str("á")
        await socket.send_bytes(b"\x00")
        await door.ears[0].until(2)
        assert door.ears[0].heard == [(Kind.TEXT, "á".encode()), (Kind.BINARY, b"\x00")]
        door.ears[0].send("text")
        door.ears[0].send(b"bytes")
        assert [(await socket.receive()).data for _ in range(2)] == ["text", b"bytes"]


async def test_it_ends_with_the_code_and_the_reason_of_whoever_closes(door: Door) -> None:
    async with ClientSession() as http, http.ws_connect(door.url + "/in") as socket:
        await socket.send_str("bye")
        message = await socket.receive()
        assert (message.type, message.data, message.extra) == (WSMsgType.CLOSE, 1008, "enough")
    async with asyncio.timeout(3):
        await door.ears[0].gone
    assert not door.ears[0].usable


async def test_what_comes_in_several_frames_is_one_message_and_a_ping_between_them_is_answered(door: Door) -> None:
    here = Ear()
    await connect(here, door.url + "/in", headers={})
    transport = here._transport
    assert transport is not None
    transport.send(Kind.TEXT, b"one ", fin=False)
    transport.send_ping(b"still there?")
    transport.send(Kind.CONTINUATION, b"message", fin=True)
    await door.ears[0].until(2)
    assert door.ears[0].heard == [(Kind.PING, b"still there?"), (Kind.TEXT, b"one message")]
    await here.until(1)
    assert here.heard == [(Kind.PONG, b"still there?")]
    here.close()
    async with asyncio.timeout(3):
        await here.gone


async def test_a_deaf_socket_hears_pings_and_answers_none(door: Door) -> None:
    here = Ear()
    await connect(here, door.url + "/in", headers={})
    door.ears[0].deaf = True
    assert here._transport is not None
    here._transport.send_ping(b"?")
    await door.ears[0].until(1)
    door.ears[0].send("after it")
    await here.until(1)
    assert here.heard == [(Kind.TEXT, b"after it")]
    here.abort()


async def test_a_side_that_does_not_answer_the_close_frame_is_left(door: Door) -> None:
    async with ClientSession() as http, http.ws_connect(door.url + "/in", autoclose=False):
        door.ears[0].close(patience_s=0.01)
        async with asyncio.timeout(3):
            await door.ears[0].gone


async def test_who_is_refused_or_asks_for_no_websocket_gets_none(door: Door) -> None:
    with pytest.raises(WSError):
        await connect(Ear(), door.url + "/refused", headers={})
    async with ClientSession() as http, http.get(door.url.replace("ws", "http") + "/in") as answer:
        assert answer.status == 400
    assert not door.ears
