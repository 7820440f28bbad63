"""Anthropic's Messages API as far as an adapter can see it: scripted event streams and errors."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from tests.wire.server import serving

Step = dict[str, Any] | str | asyncio.Event
"""An event of the stream, raw bytes of it, or something to wait for."""

CUT = "cut"


def started(*, input_tokens: int = 20, cache_read: int = 0, cache_creation: int = 0) -> dict[str, Any]:
    usage = {
        "input_tokens": input_tokens,
        "cache_read_input_tokens": cache_read,
        "cache_creation_input_tokens": cache_creation,
        "output_tokens": 1,
    }
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [], "usage": usage}
    return {"type": "message_start", "message": message | {"stop_reason": None, "stop_sequence": None}}


def text_block(*pieces: str, index: int = 0) -> list[dict[str, Any]]:
    deltas = [_delta(index, {"type": "text_delta", "text": piece}) for piece in pieces]
    return [_start(index, {"type": "text", "text": ""}), *deltas, _stop(index)]


def tool_block(tool_id: str, name: str, *pieces: str, index: int = 0) -> list[dict[str, Any]]:
    block = {"type": "tool_use", "id": tool_id, "name": name, "input": {}}
    deltas = [_delta(index, {"type": "input_json_delta", "partial_json": piece}) for piece in pieces]
    return [_start(index, block), *deltas, _stop(index)]


def ended(reason: str = "end_turn", *, output_tokens: int = 31) -> list[dict[str, Any]]:
    delta = {"type": "message_delta", "delta": {"stop_reason": reason, "stop_sequence": None}}
    return [delta | {"usage": {"output_tokens": output_tokens}}, {"type": "message_stop"}]


def failed(kind: str) -> dict[str, Any]:
    return {"type": "error", "error": {"type": kind, "message": "no"}, "request_id": "req_1"}


def _start(index: int, block: dict[str, Any]) -> dict[str, Any]:
    return {"type": "content_block_start", "index": index, "content_block": block}


def _delta(index: int, delta: dict[str, Any]) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": index, "delta": delta}


def _stop(index: int) -> dict[str, Any]:
    return {"type": "content_block_stop", "index": index}


class AnthropicWire:
    """Answers one scripted reply a request. `left` counts requests whose client went away before the end."""

    def __init__(self) -> None:
        self.url = ""
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.greetings = 0
        self.peers: list[object] = []
        self.left = 0
        self._replies: deque[Sequence[Step] | web.Response] = deque()

    def reply(self, *steps: Step) -> None:
        self._replies.append(steps)

    def refuse(self, status: int, kind: str, **headers: str) -> None:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        self._replies.append(web.json_response(failed(kind), status=status, headers=names))

    async def messages(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(await request.json())
        self.headers.append(dict(request.headers))
        self.peers.append(_peer(request))
        reply = self._replies.popleft()
        if isinstance(reply, web.Response):
            return reply
        try:
            return await self._stream(request, reply)
        except (asyncio.CancelledError, ConnectionError):
            self.left += 1
            raise

    async def greet(self, request: web.Request) -> web.Response:
        self.greetings += 1
        self.peers.append(_peer(request))
        return web.Response(status=404)

    async def _stream(self, request: web.Request, steps: Sequence[Step]) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-type": "text/event-stream", "request-id": "req_1"})
        await response.prepare(request)
        for step in steps:
            match step:
                case asyncio.Event():
                    await step.wait()
                case str() if step == CUT:
                    assert request.transport is not None
                    request.transport.abort()
                    return response
                case str():
                    await response.write(step.encode())
                case _:
                    await response.write(f"event: {step['type']}\ndata: {json.dumps(step)}\n\n".encode())
        await response.write_eof()
        return response


def _peer(request: web.Request) -> object:
    assert request.transport is not None
    return request.transport.get_extra_info("peername")


@asynccontextmanager
async def anthropic_wire() -> AsyncIterator[AnthropicWire]:
    wire = AnthropicWire()
    app = web.Application()
    app.router.add_post("/anthropic/v1/messages", wire.messages)
    app.router.add_route("GET", "/anthropic", wire.greet)
    async with serving(app) as url:
        wire.url = f"{url}/anthropic"
        yield wire
