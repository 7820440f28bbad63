"""Deepgram's v1 `speak` socket and request as far as an adapter can see them."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import WSMsgType, web

from tests.wire.server import serving

BYTES_PER_CHARACTER = 400


class SpeakSocket:
    """One connection: what it received, and what is waiting to be flushed."""

    def __init__(self, request: web.Request, socket: web.WebSocketResponse) -> None:
        self.request = request
        self.socket = socket
        self.received: list[dict[str, Any]] = []
        self.waiting = ""
        self.flushes = 0

    @property
    def kinds(self) -> list[str]:
        return [message["type"] for message in self.received]

    async def speak(self, text: str) -> None:
        await self.socket.send_bytes(b"\x80" * BYTES_PER_CHARACTER * len(text))

    async def flushed(self) -> None:
        await self.tell({"type": "Flushed", "sequence_id": self.flushes})
        self.flushes += 1

    async def tell(self, message: dict[str, Any] | str) -> None:
        await self.socket.send_str(message if isinstance(message, str) else json.dumps(message))

    async def close(self, code: int, reason: str = "") -> None:
        await self.socket.close(code=code, message=reason.encode())

    def cut(self) -> None:
        """The connection breaks without a close frame."""
        assert self.request.transport is not None
        self.request.transport.abort()


class DeepgramSpeakWire:
    """Speaks what was sent when it is flushed, unless `mute`; `refusal` is answered instead of anything else."""

    def __init__(self) -> None:
        self.url = ""
        self.mute = False
        self.clears = True
        self.sockets: list[SpeakSocket] = []
        self.requests: list[web.Request] = []
        self.bodies: list[dict[str, Any]] = []
        self.refusal: tuple[int, dict[str, str]] | None = None
        self.closed = 0

    async def speak(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        if self.refusal is not None:
            status, headers = self.refusal
            return web.json_response({"err_code": "NO_LUCK", "err_msg": "no"}, status=status, headers=headers)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        one = SpeakSocket(request, socket)
        self.sockets.append(one)
        await one.tell({"type": "Metadata", "request_id": "r", "model_name": "m"})
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await self._take(one, json.loads(message.data))
        finally:
            self.closed += 1
        return socket

    async def whole(self, request: web.Request) -> web.Response:
        self.requests.append(request)
        self.bodies.append(await request.json())
        if self.refusal is not None:
            status, headers = self.refusal
            return web.json_response({"err_code": "NO_LUCK", "err_msg": "no"}, status=status, headers=headers)
        return web.Response(body=b"\x80" * BYTES_PER_CHARACTER * len(self.bodies[-1]["text"]))

    async def _take(self, one: SpeakSocket, message: dict[str, Any]) -> None:
        one.received.append(message)
        match message["type"]:
            case "Speak":
                one.waiting += message["text"]
            case "Clear" if self.clears:
                one.waiting = ""
                await one.tell({"type": "Cleared", "sequence_id": 0})
            case "Flush" if not self.mute:
                text, one.waiting = one.waiting, ""
                await one.speak(text)
                await one.flushed()


@asynccontextmanager
async def deepgram_speak_wire() -> AsyncIterator[DeepgramSpeakWire]:
    wire = DeepgramSpeakWire()
    app = web.Application()
    app.router.add_get("/deepgram/v1/speak", wire.speak)
    app.router.add_post("/deepgram/v1/speak", wire.whole)
    async with serving(app) as url:
        wire.url = f"{url}/deepgram"
        yield wire
