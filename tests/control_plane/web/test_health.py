"""Alive is not the same as ready."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from control_plane.adapters.store.engine import open_database
from control_plane.adapters.store.migrate import migrate
from control_plane.ports.stores import StoreUnavailable
from control_plane.services.gateway import VERSION
from tests.gateways import ELSEWHERE, TOKEN, Served, served

READY = ("/health/ready", "/api/health")
ALIVE = ("/health", "/health/live")


async def ready(it: Served) -> tuple[int, list[str]]:
    """(status, reasons); both paths agree, and the process is alive whatever they say."""
    answers = [await it.get(path) for path in READY]
    bodies = [await answer.get_json() for answer in answers]
    assert answers[0].status_code == answers[1].status_code
    assert bodies[0]["reasons"] == bodies[1]["reasons"]
    assert bodies[0]["status"] == ("not ready" if bodies[0]["reasons"] else "ready")
    for path in ALIVE:
        alive = await it.get(path)
        assert alive.status_code == 200
        assert (await alive.get_json())["status"] == "ok"
    return answers[0].status_code, bodies[0]["reasons"]


async def test_a_gateway_that_has_started_is_ready(it: Served) -> None:
    assert await ready(it) == (200, [])


async def test_before_it_has_started_it_is_alive_but_not_ready(it: Served) -> None:
    it.gateway.ready = False
    assert await ready(it) == (503, ["starting"])


async def test_while_it_drains_it_is_alive_but_not_ready(it: Served) -> None:
    await it.gateway.drain(timeout_s=0.1)
    assert await ready(it) == (503, ["draining"])
    assert (await (await it.get("/health")).get_json())["draining"] is True


async def test_a_full_gateway_is_not_ready_for_more(tmp_path: Path, database_url: str) -> None:
    async with served(tmp_path, database_url, max_calls=1) as it:
        await it.call()
        assert await ready(it) == (503, ["at the limit of calls"])
        assert (await (await it.get("/health")).get_json())["live_calls"] == 1


async def test_without_its_database_it_is_alive_but_not_ready(it: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(call_id: str) -> int:
        raise StoreUnavailable("database: OperationalError")

    monkeypatch.setattr(it.gateway.calls, "last_seq", away)
    assert await ready(it) == (503, ["database does not answer"])


async def test_strangers_who_ask_whether_it_is_ready_do_not_occupy_the_database(
    it: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, ask = [], it.gateway.calls.last_seq

    async def counted(call_id: str) -> int:
        asked.append(call_id)
        return await ask(call_id)

    monkeypatch.setattr(it.gateway.calls, "last_seq", counted)
    answers = await asyncio.gather(*(it.get(path, client=ELSEWHERE) for path in READY * 25))
    assert {answer.status_code for answer in answers} == {200}
    assert len(asked) == 1


async def test_what_was_known_of_the_database_long_ago_is_not_believed(
    it: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await ready(it) == (200, [])

    async def broken(call_id: str) -> int:
        raise LookupError("a fault of ours")

    monkeypatch.setattr(it.gateway.calls, "last_seq", broken)
    steady = it.gateway.clock.steady
    monkeypatch.setattr(it.gateway.clock, "steady", lambda: steady() + 60.0)
    assert await ready(it) == (503, ["database does not answer"])


async def test_without_its_webhook_worker_it_is_alive_but_not_ready(it: Served) -> None:
    worker, *_ = it.gateway.workers
    worker.cancel()
    await asyncio.wait([worker])
    assert await ready(it) == (503, ["webhook worker has ended"])


async def test_strangers_learn_whether_calls_are_taken_and_no_more(it: Served) -> None:
    for path in ALIVE:
        body = await (await it.get(path, client=ELSEWHERE)).get_json()
        assert body == {"status": "ok", "ready": True, "draining": False}
    for path in READY:
        body = await (await it.get(path, client=ELSEWHERE)).get_json()
        assert body == {"status": "ready", "reasons": [], "ready": True, "draining": False}
    token = {"authorization": f"Bearer {TOKEN}"}
    body = await (await it.get("/health", client=ELSEWHERE, headers=token)).get_json()
    assert {"live_calls", "uptime_s", "missing"} <= set(body)


async def test_health_tells_what_is_missing_for_real_calls(tmp_path: Path, database_url: str) -> None:
    async with served(tmp_path, database_url) as it:
        body: dict[str, Any] = await (await it.get("/health")).get_json()
        assert any(text.startswith("TELNYX_API_KEY is not set") for text in body["missing"])
        assert body["live_calls"] == 0
        assert 0 <= body["uptime_s"] < 60


async def test_the_front_page_says_what_this_is_and_where_to_go_on(it: Served) -> None:
    body = await (await it.get("/")).get_json()
    assert (body["service"], body["version"]) == ("centralita", VERSION)
    for name in ("health", "ready", "metrics", "calls", "openapi"):
        assert (await it.get(body[name])).status_code == 200


async def test_metrics_are_given_in_the_format_of_prometheus(it: Served) -> None:
    await it.call()
    answer = await it.get("/metrics")
    text = await answer.get_data(as_text=True)
    assert answer.content_type.startswith("text/plain; version=")
    assert 'gateway_calls_started_total{direction="outbound"} 1.0' in text
    assert "gateway_calls_live 1.0" in text


async def test_calls_of_an_earlier_process_are_live_again(tmp_path: Path, database_url: str) -> None:
    async with served(tmp_path, database_url) as it:
        call_id = await it.call()
    async with served(tmp_path, database_url) as it:
        assert (await (await it.get("/health")).get_json())["live_calls"] == 1
        assert it.gateway.desk.roster.find(call_id) is not None


async def test_a_database_without_a_schema_gets_one_at_the_start(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new.db"
    async with served(tmp_path, url) as it:
        assert await ready(it) == (200, [])
    database = open_database(url)
    await migrate(database)
    await database.aclose()
