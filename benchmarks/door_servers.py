"""The servers that `benchmarks.doors` compares: each takes media sockets and does what the gateway's door does."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any, Final

import picows
import uvicorn
import uvloop
from aiohttp import WSMsgType, web
from hypercorn.asyncio import serve
from hypercorn.config import Config
from quart import Quart
from websockets.asyncio.server import ServerConnection
from websockets.asyncio.server import serve as serve_websockets
from websockets.exceptions import ConnectionClosed

from control_plane.services.media.socket import SocketClosed
from control_plane.web.media import QuartSocket
from control_plane.web.stream_socket import StreamSocket

HOST: Final = "127.0.0.1"
PATH: Final = "/stream/media/ticket"
EACH: Final = 10
"""Messages that are received for one that is sent."""
ANSWER: Final = '{"event":"media","media":{"payload":"' + "A" * 2160 + '"}}'
"""As long as 200 ms of the bot's voice."""
LIMIT: Final = 256 * 1024

Send = Callable[[str], Awaitable[None]]


class Desk:
    """What stands behind every door: messages are counted, and each tenth is answered by the task of its call."""

    def __init__(self) -> None:
        self.received = 0
        self.sent = 0

    async def call(self, send: Send, feed: Callable[[Callable[[str | bytes], None]], Awaitable[None]]) -> None:
        """One call, from its first message to the end of its socket."""
        due = asyncio.Event()
        taken = 0

        def take(message: str | bytes) -> None:
            nonlocal taken
            taken += 1
            self.received += 1
            if taken % EACH == 0:
                due.set()

        async def line() -> None:
            while True:
                await due.wait()
                due.clear()
                await send(ANSWER)
                self.sent += 1

        answering = asyncio.create_task(line())
        try:
            await feed(take)
        except SocketClosed:
            pass
        finally:
            answering.cancel()
            with suppress(asyncio.CancelledError, SocketClosed, ConnectionError, ConnectionClosed):
                await answering


def _quart(desk: Desk) -> Quart:
    """The route of the gateway: a task receives into the inlet, another one works."""
    app = Quart(__name__)

    @app.websocket(PATH)
    async def media() -> None:
        socket = QuartSocket()
        await desk.call(socket.send, socket.feed)

    return app


async def quart_on_hypercorn(desk: Desk, port: int) -> None:
    config = Config()
    config.bind = [f"{HOST}:{port}"]
    config.websocket_max_message_size = LIMIT
    config.websocket_ping_interval = 20.0
    config.accesslog = config.errorlog = None
    await serve(_quart(desk), config, shutdown_trigger=asyncio.Event().wait)


async def quart_on_uvicorn(desk: Desk, port: int) -> None:
    options: dict[str, Any] = {"ws": "websockets-sansio", "ws_per_message_deflate": False, "log_level": "error"}
    await uvicorn.Server(uvicorn.Config(_quart(desk), host=HOST, port=port, **options)).serve()


async def aiohttp(desk: Desk, port: int) -> None:
    async def media(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False, heartbeat=20.0, max_msg_size=LIMIT)
        await socket.prepare(request)

        async def feed(take: Callable[[str | bytes], None]) -> None:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    take(message.data)

        await desk.call(socket.send_str, feed)
        return socket

    app = web.Application()
    app.router.add_get(PATH, media)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, HOST, port).start()
    await asyncio.Event().wait()


async def websockets(desk: Desk, port: int) -> None:
    async def media(socket: ServerConnection) -> None:
        async def feed(take: Callable[[str | bytes], None]) -> None:
            async for message in socket:
                take(message)

        await desk.call(socket.send, feed)

    async with serve_websockets(media, HOST, port, compression=None, max_size=LIMIT) as server:
        await server.serve_forever()


async def listener(desk: Desk, port: int) -> None:
    """The gateway's own, on picows: a message is worked in the callback that brings it."""
    tasks: set[asyncio.Task[None]] = set()

    def begin(socket: StreamSocket) -> None:
        task = asyncio.create_task(desk.call(socket.send, socket.feed))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await picows.ws_create_server(
        lambda request: StreamSocket(begin, lambda socket: None),
        HOST,
        port,
        enable_auto_ping=True,
        auto_ping_idle_timeout=20.0,
        auto_ping_reply_timeout=20.0,
        auto_ping_strategy=picows.WSAutoPingStrategy.PING_WHEN_IDLE,
        max_frame_size=LIMIT,
        read_buffer_init_size=2048,
    )
    await server.serve_forever()


DOORS: Final[Mapping[str, Callable[[Desk, int], Awaitable[None]]]] = {
    "Quart on Hypercorn": quart_on_hypercorn,
    "Quart on uvicorn": quart_on_uvicorn,
    "aiohttp": aiohttp,
    "websockets": websockets,
    "picows, the listener": listener,
}


def run(name: str, port: int, *, orders: Connection) -> None:
    """One server, until the process is ended. Asked through `orders` it tells seconds of the processor and counts."""

    async def serving() -> None:
        desk = Desk()

        def tell() -> None:
            orders.recv()
            orders.send((time.process_time(), desk.received, desk.sent))

        asyncio.get_running_loop().add_reader(orders.fileno(), tell)
        await DOORS[name](desk, port)

    uvloop.run(serving())
