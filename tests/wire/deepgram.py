"""Deepgram's v1 and v2 sockets as far as an adapter can see it; the test says what it answers."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import WSMsgType, web

from tests.wire.server import serving


class DeepgramWire:
    """`received` are the messages of all sockets; `refusal` is answered instead of a handshake."""

    def __init__(self) -> None:
        self.url = ""
        self.requests: list[web.Request] = []
        self.received: list[str | bytes] = []
        self.refusal: tuple[int, dict[str, str]] | None = None
        self.closed = 0
        self._socket: web.WebSocketResponse | None = None

    async def listen(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        if self.refusal is not None:
            status, headers = self.refusal
            return web.Response(status=status, headers=headers, text="refused")
        self._socket = socket = web.WebSocketResponse()
        await socket.prepare(request)
        try:
            async for message in socket:
                if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
                    self.received.append(message.data)
        finally:
            self.closed += 1
        return socket

    @property
    def audio(self) -> bytes:
        return b"".join(message for message in self.received if isinstance(message, bytes))

    @property
    def control(self) -> list[str]:
        return [json.loads(message)["type"] for message in self.received if isinstance(message, str)]

    async def tell(self, message: dict[str, Any] | str) -> None:
        assert self._socket is not None
        await self._socket.send_str(message if isinstance(message, str) else json.dumps(message))

    async def results(self, transcript: str, *, final: bool = False, speech_final: bool = False) -> None:
        await self.tell(
            {
                "type": "Results",
                "channel_index": [0, 1],
                "duration": 1.1,
                "start": 0.0,
                "is_final": final,
                "speech_final": speech_final,
                "channel": {"alternatives": [{"transcript": transcript, "confidence": 0.98, "words": []}]},
            }
        )

    async def turn(self, event: str, transcript: str) -> None:
        """Of the v2 socket."""
        message = {"type": "TurnInfo", "request_id": "r", "sequence_id": 1, "event": event, "turn_index": 0}
        words = [{"word": word, "confidence": 0.9} for word in transcript.split()]
        await self.tell({**message, "transcript": transcript, "words": words, "end_of_turn_confidence": 0.5})

    async def close(self, code: int, reason: str = "") -> None:
        assert self._socket is not None
        await self._socket.close(code=code, message=reason.encode())

    def cut(self) -> None:
        """The connection breaks without a close frame."""
        transport = self.requests[-1].transport
        assert transport is not None
        transport.abort()


@asynccontextmanager
async def deepgram_wire() -> AsyncIterator[DeepgramWire]:
    wire = DeepgramWire()
    app = web.Application()
    app.router.add_get("/deepgram/v1/listen", wire.listen)
    app.router.add_get("/deepgram/v2/listen", wire.listen)
    async with serving(app) as url:
        wire.url = f"{url}/deepgram"
        yield wire
