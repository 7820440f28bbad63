"""What happens now, as server-sent events: states, words, turns, interruptions, alerts."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, cast

import orjson
from quart import Blueprint, Response, current_app
from quart.blueprints import BlueprintSetupState
from quart_schema import document_response

from control_plane.core.people.principal import Principal
from control_plane.observability.logging import get_logger
from control_plane.ports.infrastructure import BusMessage
from control_plane.ports.stores import StoreUnavailable
from control_plane.services.gateway import Gateway
from control_plane.web.access import asker
from control_plane.web.current import gateway
from control_plane.web.errors import problem
from control_plane.web.needs import needs, who
from control_plane.web.operation import fails
from control_plane.web.view_schemas import EventStream

PING_S: Final = 1.0
SLOW_S: Final = 5.0
"""A reader that leaves one event untaken for so long is gone, or too slow to be told what happens now."""
STREAMS: Final = 100
OF_ONE: Final = 10
"""So many streams for one user or key: nobody keeps the others from listening."""
KEY: Final = "centralita.streams"
TOPICS: Final = ("call.", "alert")
"""Beginnings of the topics that are for people; the others are for processes."""

log = get_logger("web")

blueprint = Blueprint("events", __name__)


@dataclass(slots=True)
class Streams:
    """The open streams of this process."""

    open: int = 0
    by: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By tenant and who it is."""


@blueprint.record_once
def _count_streams(state: BlueprintSetupState) -> None:
    state.app.extensions[KEY] = Streams()


@blueprint.get("/api/events")
@needs("calls:read")
@fails("too_many_streams")
@document_response(EventStream)
async def events() -> Any:
    """Server-sent events: `hello` first, a `ping` each second, between them what happens, with `call_id`."""
    here, streams = gateway(), cast(Streams, current_app.extensions[KEY])
    listener = (who().tenant_id, who().id)
    if streams.open >= STREAMS or (who().id and streams.by[listener] >= OF_ONE):
        return problem(503, "too_many_streams", title="Too many listen already", retry_after=5)
    happenings = _happenings(here, who(), lasts=asker().lasts)
    response = Response(_told(happenings, streams, listener=listener), content_type="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    response.timeout = None
    return response


async def _told(
    happenings: AsyncGenerator[bytes], streams: Streams, *, listener: tuple[str, str]
) -> AsyncIterator[bytes]:
    async with _counted(happenings, streams, listener=listener):
        async for event in happenings:
            with _taken_in_time():
                yield event


@asynccontextmanager
async def _counted(
    happenings: AsyncGenerator[bytes], streams: Streams, *, listener: tuple[str, str]
) -> AsyncIterator[None]:
    streams.open += 1
    streams.by[listener] += 1
    try:
        async with aclosing(happenings):
            yield
    finally:
        streams.open -= 1
        streams.by[listener] -= 1
        streams.by += Counter()  # forgets those that have none


async def _happenings(
    here: Gateway, listener: Principal, *, lasts: Callable[[], Awaitable[bool]]
) -> AsyncGenerator[bytes]:
    """Events and pings, until the session ends with which they were asked for. It outlives its access tokens."""
    clock, messages = here.clock, here.bus.subscribe()
    yield _event("hello", {"node": here.nodes.name, "at": clock.wall()})
    ping_at = clock.steady() + PING_S
    while True:
        try:
            async with asyncio.timeout(max(0.0, ping_at - clock.steady())):
                message = await anext(messages)
        except TimeoutError:
            if not await _still(lasts):
                return
            ping_at = clock.steady() + PING_S
            yield _event("ping", {"at": clock.wall()})
            continue
        except StopAsyncIteration:
            return
        if message.topic.startswith(TOPICS) and _concerns(message, listener):
            about = {"call_id": message.call_id} if message.call_id else {}
            yield _event(message.topic, {**about, **message.body})


async def _still(lasts: Callable[[], Awaitable[bool]]) -> bool:
    """Mostly told by the cache. While the database cannot be asked, who was let in stays."""
    try:
        return await lasts()
    except StoreUnavailable:
        return True


def _concerns(message: BusMessage, listener: Principal) -> bool:
    """What has no tenant is about the installation."""
    return message.tenant_id == listener.tenant_id if message.tenant_id else listener.may("system:read")


@contextmanager
def _taken_in_time() -> Iterator[None]:
    """Around a `yield`: a reader that takes nothing holds the request in its last write, out of reach of any timeout
    in here, so the request itself is ended."""
    request_task = asyncio.current_task()
    assert request_task is not None
    ending = asyncio.get_running_loop().call_later(SLOW_S, request_task.cancel)
    try:
        yield
    finally:
        ending.cancel()


def _event(topic: str, data: Mapping[str, Any]) -> bytes:
    return b"event: " + topic.encode() + b"\ndata: " + orjson.dumps(data) + b"\n\n"
