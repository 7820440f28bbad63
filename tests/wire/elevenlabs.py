"""ElevenLabs' multi-context socket and speech request as far as an adapter can see them."""

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import WSMsgType, web

from tests.wire.server import serving

BYTES_PER_CHARACTER = 400


class ElevenLabsWire:
    """Speaks every clause at once, unless `mute`; ends a context when it is closed. `received` are the messages."""

    def __init__(self) -> None:
        self.url = ""
        self.mute = False
        self.requests: list[web.Request] = []
        self.received: list[dict[str, Any]] = []
        self.bodies: list[dict[str, Any]] = []
        self.refusal: tuple[int, dict[str, Any]] | None = None
        self.closed = 0
        self._socket: web.WebSocketResponse | None = None

    async def stream_input(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        if self.refusal is not None:
            return web.json_response(self.refusal[1], status=self.refusal[0])
        self._socket = socket = web.WebSocketResponse()
        await socket.prepare(request)
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await self._take(json.loads(message.data))
        finally:
            self.closed += 1
        return socket

    async def speech(self, request: web.Request) -> web.Response:
        self.requests.append(request)
        self.bodies.append(await request.json())
        if self.refusal is not None:
            return web.json_response(self.refusal[1], status=self.refusal[0])
        return web.Response(body=b"\x80" * BYTES_PER_CHARACTER * len(self.bodies[-1]["text"]))

    async def _take(self, message: dict[str, Any]) -> None:
        self.received.append(message)
        if self.mute:
            return
        text = message.get("text", "")
        if text.strip():
            await self.speak(message["context_id"], text)
        if message.get("close_context"):
            await self.final(message["context_id"])

    def messages(self, context: str) -> list[dict[str, Any]]:
        return [message for message in self.received if message.get("context_id") == context]

    @property
    def contexts(self) -> list[str]:
        """In the order of their opening."""
        return list(dict.fromkeys(message["context_id"] for message in self.received))

    async def speak(self, context: str, text: str, **changes: Any) -> None:
        alignment = {
            "chars": list(text),
            "charStartTimesMs": [index * 50 for index in range(len(text))],
            "charDurationsMs": [50] * len(text),
        }
        audio = base64.b64encode(b"\x80" * BYTES_PER_CHARACTER * len(text)).decode()
        await self.tell({"audio": audio, "isFinal": False, "contextId": context, "alignment": alignment} | changes)

    async def final(self, context: str) -> None:
        await self.tell({"isFinal": True, "contextId": context})

    async def tell(self, message: dict[str, Any] | str) -> None:
        assert self._socket is not None
        await self._socket.send_str(message if isinstance(message, str) else json.dumps(message))

    async def close(self, code: int, reason: str = "") -> None:
        assert self._socket is not None
        await self._socket.close(code=code, message=reason.encode())

    def cut(self) -> None:
        """The connection breaks without a close frame."""
        transport = self.requests[-1].transport
        assert transport is not None
        transport.abort()


@asynccontextmanager
async def elevenlabs_wire() -> AsyncIterator[ElevenLabsWire]:
    wire = ElevenLabsWire()
    app = web.Application()
    app.router.add_get("/elevenlabs/v1/text-to-speech/{voice}/multi-stream-input", wire.stream_input)
    app.router.add_post("/elevenlabs/v1/text-to-speech/{voice}/stream", wire.speech)
    async with serving(app) as url:
        wire.url = f"{url}/elevenlabs"
        yield wire
