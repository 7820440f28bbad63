"""What happens now, as it happens, over server-sent events."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from control_plane.ports.infrastructure import BusMessage
from control_plane.ports.stores import StoreUnavailable
from control_plane.testing.clock import FakeClock
from control_plane.web import events
from tests.databases import empty_database
from tests.gateways import ELSEWHERE, HERE, Served, served
from tests.people import Browser, user
from tests.virtual_time import eventually


@asynccontextmanager
async def listening(it: Served, *, client: tuple[str, int] = HERE, **headers: str) -> AsyncIterator[Any]:
    """A client that is connected and was greeted."""
    asked = it.app.test_client().request("/api/events", scope_base={"client": client}, headers=headers or None)
    async with asked as connection:
        await connection.send_complete()
        topic, data = await receive(connection)
        assert topic == "hello"
        assert data["node"] == it.gateway.nodes.name
        assert data["at"] > 0
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


async def next_fact(connection: Any) -> tuple[str, dict[str, Any]]:
    """The next event that is no ping."""
    while (event := await receive(connection))[0] == "ping":
        pass
    return event


def tell(it: Served, topic: str = "call.state", call_id: str = "call-1", **body: Any) -> None:
    it.gateway.bus.publish(BusMessage(topic=topic, call_id=call_id, body=body))


async def test_facts_of_calls_are_told_as_they_happen(it: Served) -> None:
    async with listening(it) as connection:
        call_id = await it.call()
        topic, data = await next_fact(connection)
    assert topic == "call.state"
    assert data == {"call_id": call_id, "phase": "ringing", "mode": "stream", "cause": None, "reason": ""}


async def test_words_with_line_breaks_stay_one_event(it: Served) -> None:
    async with listening(it) as connection:
        body = {"speaker": "caller", "pii_text": "uno\n\nevent: dos\ndata: tres"}
        tell(it, "call.words", **body)
        topic, data = await next_fact(connection)
    assert topic == "call.words"
    assert data == {"call_id": "call-1", **body}


async def test_a_ping_comes_again_and_again_also_between_facts(it: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "PING_S", 0.02)
    async with listening(it) as connection:
        for _ in range(2):
            topic, data = await receive(connection)
            assert topic == "ping"
            assert data["at"] > 0
        tell(it)
        assert (await next_fact(connection))[0] == "call.state"
        assert (await receive(connection))[0] == "ping"


async def test_an_alert_belongs_to_no_call(it: Served) -> None:
    async with listening(it) as connection:
        tell(it, "alert", "", id="a-1", state="firing")
        assert await next_fact(connection) == ("alert", {"id": "a-1", "state": "firing"})


async def test_what_processes_tell_each_other_is_not_for_people(it: Served) -> None:
    async with listening(it) as connection:
        tell(it, "cache.dropped", "", kind="speech", key="secret")
        tell(it)
        assert (await next_fact(connection))[0] == "call.state"


async def test_every_listener_hears_everything(it: Served) -> None:
    async with listening(it) as one, listening(it) as two:
        tell(it)
        assert await next_fact(one) == await next_fact(two)


async def test_proxies_are_told_not_to_hold_events_back(it: Served) -> None:
    async with listening(it) as connection:
        headers = connection.headers
    assert headers["content-type"] == "text/event-stream"
    assert headers["cache-control"] == "no-store"
    assert headers["x-accel-buffering"] == "no"


async def test_only_so_many_may_listen_and_who_leaves_makes_room(it: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "STREAMS", 2)
    streams = it.app.extensions[events.KEY]
    async with AsyncExitStack() as stack:
        for _ in range(2):
            await stack.enter_async_context(listening(it))
        answer = await it.get("/api/events")
        assert answer.status_code == 503
        assert (await answer.get_json())["code"] == "too_many_streams"
        assert answer.headers["retry-after"]
    await eventually(lambda: streams.open == 0, within_s=5)
    async with listening(it):
        assert streams.open == 1


async def test_the_stream_ends_with_the_session_that_opened_it(it: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "PING_S", 0.02)
    await user(it)
    browser = Browser(it)
    await browser.login()
    streams = it.app.extensions[events.KEY]
    cookie = f"centralita_session={browser.value('centralita_session')}"
    async with listening(it, client=ELSEWHERE, cookie=cookie) as connection:
        assert (await receive(connection))[0] == "ping"
        await browser.post("/api/auth/logout")
        await eventually(lambda: streams.open == 0, within_s=5)


async def test_the_stream_outlives_the_access_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "PING_S", 0.02)
    clock = FakeClock()
    address = empty_database(tmp_path / "gateway.db")
    async with served(tmp_path, address, parts={"clock": clock}) as it:
        await user(it)
        browser = Browser(it)
        await browser.login()
        cookie = f"centralita_session={browser.value('centralita_session')}"
        async with listening(it, client=ELSEWHERE, cookie=cookie) as connection:
            for _ in range(3):
                clock.advance(700)
                assert (await receive(connection))[0] == "ping"
        assert (await browser.get("/api/events")).status_code == 401


async def test_while_the_database_is_away_listeners_stay(it: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "PING_S", 0.02)

    async def away(_: str) -> None:
        raise StoreUnavailable("away")

    await user(it)
    browser = Browser(it)
    await browser.login()
    cookie = f"centralita_session={browser.value('centralita_session')}"
    async with listening(it, client=ELSEWHERE, cookie=cookie) as connection:
        monkeypatch.setattr(it.gateway.people.sessions, "find", away)
        for _ in range(2):
            assert (await receive(connection))[0] == "ping"


async def test_a_reader_that_takes_nothing_is_let_go(it: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "SLOW_S", 0.05)
    streams = it.app.extensions[events.KEY]
    stuck = asyncio.Event()

    async def receive_nothing() -> Any:
        await asyncio.Event().wait()

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body":
            stuck.set()
            await asyncio.Event().wait()

    async def asked() -> None:
        first = [{"type": "http.request", "body": b"", "more_body": False}]

        async def receive() -> Any:
            return first.pop() if first else await receive_nothing()

        await it.app(_scope(), receive, send)

    async with asyncio.timeout(5):
        await asked()
    assert stuck.is_set()
    assert streams.open == 0


def _scope() -> Any:
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/api/events",
        "raw_path": b"/api/events",
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"localhost")],
        "client": HERE,
        "server": ("localhost", 80),
        "extensions": {},
    }
