"""What happens now, as server-sent events: states, words, turns, interruptions."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

import orjson
from quart import Blueprint, Response

from control_plane.ports.infrastructure import BusMessage
from control_plane.web.current import gateway

KEEP_ALIVE_S: Final = 15.0

blueprint = Blueprint("events", __name__)


@blueprint.get("/api/events")
async def events() -> Response:
    """`event:` is the topic, `data:` JSON with `call_id`. A comment comes every 15 s when nothing happens."""
    response = Response(_stream(gateway().bus.subscribe()), content_type="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    response.timeout = None
    return response


async def _stream(messages: AsyncIterator[BusMessage]) -> AsyncIterator[bytes]:
    yield b": connected\n\n"
    while True:
        try:
            async with asyncio.timeout(KEEP_ALIVE_S):
                message = await anext(messages)
        except TimeoutError:
            yield b": nothing new\n\n"
            continue
        data = orjson.dumps({"call_id": message.call_id, **message.body})
        yield b"event: " + message.topic.encode() + b"\ndata: " + data + b"\n\n"
