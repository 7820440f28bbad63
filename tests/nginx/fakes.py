"""Servers that stand for a control plane or the sidecar: they say who they are and what they were asked."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

from aiohttp import WSMsgType, web

from tests.stack.running import free_port

Answer = Callable[[web.Request], web.Response | None]


class Fake:
    """One server in a thread of its own. It can be stopped, started again on its port, and told to hang."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        self.asked: list[tuple[str, str]] = []
        self.heard: list[dict[str, str]] = []
        self.hangs = False
        self.answer: Answer = lambda request: None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._freed = asyncio.Event()
        self.start()

    def start(self) -> None:
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self._thread.start()
        assert ready.wait(10)

    def stop(self) -> None:
        if self._loop is None or self._thread is None:
            return
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop = self._thread = None

    def let_go(self) -> None:
        """Answer those that hang, and hang no more."""
        self.hangs = False
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._freed.set)

    def fresh(self) -> None:
        """As after the start."""
        if self._loop is None:
            self.start()
        self.let_go()
        self.asked.clear()
        self.heard = []
        self.answer = lambda request: None

    def _run(self, ready: threading.Event) -> None:
        loop = self._loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        self._freed = asyncio.Event()
        app = web.Application(client_max_size=4 * 1024 * 1024)
        app.router.add_route("*", "/{rest:.*}", self._handle)
        runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0)
        loop.run_until_complete(runner.setup())
        loop.run_until_complete(web.TCPSite(runner, "127.0.0.1", self.port, reuse_address=True).start())
        ready.set()
        loop.run_forever()
        loop.run_until_complete(runner.cleanup())
        loop.close()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.method, request.raw_path))
        self.heard.append({name.lower(): value for name, value in request.headers.items()})
        if self.hangs:
            await self._until_let_go()
        if request.headers.get("upgrade", "").lower() == "websocket":
            return await self._echo(request)
        if request.path == "/api/events":
            return await self._events(request)
        body = await request.text()
        return self.answer(request) or web.json_response(self._told(request, body))

    def _told(self, request: web.Request, body: str) -> dict[str, Any]:
        headers = {name.lower(): value for name, value in request.headers.items()}
        return {
            "who": self.name,
            "method": request.method,
            "path": request.raw_path,
            "headers": headers,
            "size": len(body),
            "count": len(self.asked),
        }

    async def _echo(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_str(f"{self.name} {request.raw_path}")
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await socket.send_str(message.data)
        return socket

    async def _events(self, request: web.Request) -> web.StreamResponse:
        """One event, and then silence on an open connection."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(b"event: hello\ndata: {}\n\n")
        await self._until_let_go()
        return response

    async def _until_let_go(self) -> None:
        self._freed.clear()
        await self._freed.wait()
