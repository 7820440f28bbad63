"""How today goes, and what is told of this process when the database is away."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from control_plane.ports.stores import StoreUnavailable
from control_plane.resources.bots import BOTS
from control_plane.services.gateway import VERSION
from tests.gateways import ELSEWHERE, Served, assembled, served
from tests.records import call_record, journal_entry, turn_record

NOW = datetime(2026, 3, 10, 14, 30, tzinfo=UTC).timestamp()
"""Half past nine in the morning in Bogotá."""
TODAY = datetime(2026, 3, 10, 5, 0, tzinfo=UTC).timestamp()
HOUR = 3600.0


@pytest.fixture
async def it(tmp_path: Path, database_url: str) -> Any:
    it = assembled(tmp_path, database_url, node_id="uno")
    clock: Any = it.gateway.clock
    clock.wall = lambda: NOW
    async with it.app.test_app():
        yield it


async def stored(it: Served, call_id: str, **changes: Any) -> None:
    usual = {"created_at": TODAY + 60, "state": "ended", "hangup_cause": "normal", "answered_at": TODAY + 61}
    await it.gateway.calls.create(call_record(call_id, **{**usual, **changes}), journal_entry(call_id), commands=[])


async def get(it: Served, path: str = "/api/overview") -> dict[str, Any]:
    answer = await it.get(path)
    assert answer.status_code == 200, await answer.get_data(as_text=True)
    return dict(await answer.get_json())


async def test_a_day_without_calls_has_no_rates(it: Served) -> None:
    body = await get(it)
    assert (body["node"], body["zone"], body["at"]) == ("uno", "America/Bogota", NOW)
    assert body["calls"] == {"live": 0, "today": 0, "answered_today": 0, "inbound_today": 0, "outbound_today": 0}
    assert (body["answer_rate"], body["success_rate"]) == (None, None)
    assert body["turns"] == {"today": 0, "p50_ms": None, "p95_ms": None}
    assert body["hangup_causes"] == []
    assert [hour["hour_start"] for hour in body["by_hour"]] == [TODAY + HOUR * n for n in range(10)]


async def test_today_in_figures(it: Served) -> None:
    await stored(it, "good")
    await stored(it, "silent")
    await stored(it, "busy", answered_at=None, hangup_cause="busy")
    await stored(it, "lost", direction="inbound", hangup_cause="unknown", created_at=TODAY + 9 * HOUR)
    await stored(it, "yesterday", created_at=TODAY - 1)
    await stored(it, "live", state="talking", hangup_cause="")
    await it.gateway.calls.save_turn(turn_record("good", 0, started_at=TODAY + 100))
    answer = {"speaker": "agent", "timing": {"total": 700.0}, "interrupted": True}
    await it.gateway.calls.save_turn(turn_record("good", 1, started_at=TODAY + 101, **answer))
    body = await get(it)
    assert body["calls"] == {"live": 1, "today": 5, "answered_today": 4, "inbound_today": 1, "outbound_today": 4}
    assert body["answer_rate"] == pytest.approx(2 / 3, abs=1e-4)
    assert body["success_rate"] == pytest.approx(1 / 3, abs=1e-4)
    assert body["turns"] == {"today": 1, "p50_ms": 705.0, "p95_ms": 705.0}
    assert body["barge_ins_today"] == 1
    assert body["hangup_causes"][0] == {"cause": "normal", "count": 2}
    first, last = body["by_hour"][0], body["by_hour"][9]
    assert first == {"hour_start": TODAY, "calls": 4, "answered": 3, "turns": 1, "p95_ms": 705.0}
    assert last == {"hour_start": TODAY + 9 * HOUR, "calls": 1, "answered": 1, "turns": 0, "p95_ms": None}


async def test_another_zone_has_another_today(it: Served) -> None:
    await stored(it, "late", created_at=TODAY - HOUR)
    assert (await get(it))["calls"]["today"] == 0
    body = await get(it, "/api/overview?zone=UTC")
    assert (body["zone"], body["calls"]["today"], len(body["by_hour"])) == ("UTC", 1, 15)


@pytest.mark.parametrize("zone", ["Nowhere", "../../etc/passwd", "x" * 100])
async def test_a_zone_that_does_not_exist_is_refused(it: Served, zone: str) -> None:
    answer = await it.get(f"/api/overview?zone={zone}")
    assert answer.status_code == 422
    assert (await answer.get_json())["code"] == "invalid"


async def test_however_many_look_it_is_counted_once(it: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = 0
    day = it.gateway.views.overview._parts.store.day

    async def count(tenant_id: str | None, **span: float) -> Any:
        nonlocal asked
        asked += 1
        return await day(tenant_id, **span)

    monkeypatch.setattr(it.gateway.views.overview._parts.store, "day", count)
    await asyncio.gather(*(get(it) for _ in range(10)))
    assert asked == 1
    await asyncio.gather(*(get(it, "/api/figures") for _ in range(10)))
    assert asked == 2, "the figures are those of all tenants"


async def test_without_a_database_there_is_no_overview(it: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(**span: float) -> Any:
        raise StoreUnavailable("database: no answer in time")

    monkeypatch.setattr(it.gateway.views.overview._parts.store, "day", away)
    answer = await it.get("/api/overview")
    assert answer.status_code == 503
    assert (await answer.get_json())["code"] == "store_unavailable"


# --- figures --------------------------------------------------------------------------------------


async def test_figures_of_this_process(tmp_path: Path, database_url: str) -> None:
    async with served(tmp_path, database_url) as it:
        await it.call()
        body = await get(it, "/api/figures")
        assert (body["node"], body["version"], body["sellers"]) == (it.gateway.nodes.name, VERSION, 0)
        assert body["pid"] > 0
        assert body["uptime_s"] >= 0
        assert (body["ready"], body["draining"], body["reasons"]) == (True, False, [])
        assert body["calls"] == {"live": 1, "today": 1, "answered_today": 0}
        assert body["messages"] == {"today": 0, "total": 0}
        assert body["bots"] == len(BOTS)
        assert body["age_s"] >= 0
        it.gateway.desk.draining = True
        body = await get(it, "/api/figures")
        assert (body["ready"], body["draining"], body["reasons"]) == (False, True, ["draining"])


@pytest.mark.parametrize("known", [False, True])
async def test_figures_never_wait_for_a_database_that_hangs(
    it: Served, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    async def hang(*_: Any, **__: Any) -> Any:
        await asyncio.Event().wait()

    if known:
        await get(it, "/api/figures")
    clock: Any = it.gateway.clock
    later = clock.steady() + 100
    clock.steady = lambda: later
    for name in ("day", "messages"):
        monkeypatch.setattr(it.gateway.views.overview._parts.store, name, hang)
    monkeypatch.setattr(it.gateway.calls, "last_seq", hang)
    async with asyncio.timeout(5):
        body = await get(it, "/api/figures")
    assert body["calls"]["today"] == (0 if known else None)
    assert body["messages"]["total"] == (0 if known else None)
    assert (body["age_s"] is None) is not known
    assert ("database does not answer" in body["reasons"]) is not known


async def test_figures_are_not_for_strangers(it: Served) -> None:
    for path in ("/api/figures", "/api/overview", "/api/providers", "/api/callbacks"):
        assert (await it.get(path, client=ELSEWHERE)).status_code == 401
