"""The chat completions API as far as an adapter can see it: scripted chunks and errors."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from tests.wire.server import serving

Step = dict[str, Any] | str | asyncio.Event
"""A chunk of the stream, raw bytes of it, or something to wait for."""

CUT = "cut"
DONE = "data: [DONE]\n\n"


def chunk(delta: dict[str, Any], *, finish: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": "m", "choices": [choice]}


def started() -> dict[str, Any]:
    return chunk({"role": "assistant", "content": ""})


def text(*pieces: str) -> list[dict[str, Any]]:
    return [chunk({"content": piece}) for piece in pieces]


def tool(tool_id: str, name: str, *pieces: str, index: int = 0) -> list[dict[str, Any]]:
    first = {"index": index, "id": tool_id, "type": "function", "function": {"name": name, "arguments": ""}}
    rest = [{"index": index, "function": {"arguments": piece}} for piece in pieces]
    return [chunk({"tool_calls": [call]}) for call in (first, *rest)]


def ended(reason: str = "stop", *, prompt: int = 20, completion: int = 31, cached: int = 0) -> list[Step]:
    details = {"prompt_tokens_details": {"cached_tokens": cached}}
    usage = {"prompt_tokens": prompt, "completion_tokens": completion, **details}
    counted = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "choices": [], "usage": usage}
    return [chunk({}, finish=reason), counted, DONE]


def failed(code: str | None = None, kind: str = "server_error") -> dict[str, Any]:
    return {"error": {"message": "secret words", "type": kind, "param": None, "code": code}}


class OpenAiWire:
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

    def refuse(self, status: int, body: Any = None, **headers: str) -> None:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        self._replies.append(web.json_response(failed() if body is None else body, status=status, headers=names))

    async def completions(self, request: web.Request) -> web.StreamResponse:
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
        response = web.StreamResponse(headers={"content-type": "text/event-stream"})
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
                    await response.write(f"data: {json.dumps(step)}\n\n".encode())
        await response.write_eof()
        return response


def _peer(request: web.Request) -> object:
    assert request.transport is not None
    return request.transport.get_extra_info("peername")


@asynccontextmanager
async def openai_wire() -> AsyncIterator[OpenAiWire]:
    wire = OpenAiWire()
    app = web.Application()
    app.router.add_post("/openai/v1/chat/completions", wire.completions)
    app.router.add_route("GET", "/openai/v1", wire.greet)
    async with serving(app) as url:
        wire.url = f"{url}/openai/v1"
        yield wire
