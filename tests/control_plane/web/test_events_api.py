"""What happens now, as it happens, over server-sent events."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from control_plane.ports.infrastructure import BusMessage
from control_plane.web import events
from tests.gateways import HERE, Served


@asynccontextmanager
async def listening(it: Served) -> AsyncIterator[Any]:
    """A client that is connected and has read the first comment."""
    async with it.app.test_client().request("/api/events", scope_base={"client": HERE}) as connection:
        await connection.send_complete()
        async with asyncio.timeout(5):
            assert await connection.receive() == b": connected\n\n"
        yield connection
        await connection.disconnect()


async def receive(connection: Any) -> tuple[str, dict[str, Any]]:
    """(topic, data) of the next event."""
    async with asyncio.timeout(5):
        lines = (await connection.receive()).decode().split("\n")
    assert lines[0].startswith("event: ")
    assert lines[1].startswith("data: ")
    assert lines[2:] == ["", ""]
    return lines[0][7:], json.loads(lines[1][6:])


async def test_facts_of_calls_are_told_as_they_happen(it: Served) -> None:
    async with listening(it) as connection:
        call_id = await it.call()
        topic, data = await receive(connection)
    assert topic == "call.state"
    assert data == {"call_id": call_id, "phase": "ringing", "mode": "stream", "cause": None, "reason": ""}


async def test_words_with_line_breaks_stay_one_event(it: Served) -> None:
    async with listening(it) as connection:
        body = {"speaker": "caller", "pii_text": "uno\n\nevent: dos\ndata: tres"}
        it.gateway.bus.publish(BusMessage(topic="call.words", call_id="call-1", body=body))
        topic, data = await receive(connection)
    assert topic == "call.words"
    assert data == {"call_id": "call-1", **body}


async def test_when_nothing_happens_a_comment_keeps_the_connection_alive(
    it: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "KEEP_ALIVE_S", 0.02)
    async with listening(it) as connection:
        for _ in range(2):
            assert await connection.receive() == b": nothing new\n\n"
        it.gateway.bus.publish(BusMessage(topic="call.ended", call_id="call-1", body={}))
        assert (await receive(connection))[0] == "call.ended"


async def test_every_listener_hears_everything(it: Served) -> None:
    async with listening(it) as one, listening(it) as two:
        it.gateway.bus.publish(BusMessage(topic="call.ended", call_id="call-1", body={}))
        assert await receive(one) == await receive(two)


async def test_proxies_are_told_not_to_hold_events_back(it: Served) -> None:
    async with listening(it) as connection:
        headers = connection.headers
    assert headers["content-type"] == "text/event-stream"
    assert headers["cache-control"] == "no-store"
    assert headers["x-accel-buffering"] == "no"
