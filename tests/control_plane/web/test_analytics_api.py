"""Analytics over HTTP: in the zone of the tenant, over counted calls, and nobody else's."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest

from control_plane.core.people.permissions import PERMISSIONS, Role
from control_plane.core.people.principal import Kind, Principal
from control_plane.resources.tenants import own
from control_plane.services.analytics.question import Scope
from tests.counting import count_all
from tests.gateways import ELSEWHERE, Served
from tests.records import call_record, journal_entry, turn_record

NOON = datetime(2026, 3, 9, 12, 0, tzinfo=UTC).timestamp()
"""A Monday, seven in the morning in Bogotá."""
DAY_S = 86_400
WHEN = {"from": "2026-03-09", "to": "2026-03-10"}
HERE_WHO = Principal(
    tenant_id="default", kind=Kind.OPERATOR, name="operator", role=Role.OWNER, permissions=PERMISSIONS[Role.OWNER]
)


async def ended(it: Served, call_id: str, *, at: float = NOON, turns: int = 0, **changes: Any) -> None:
    usual = {"created_at": at, "answered_at": at + 5, "ended_at": at + 65, "state": "ended", "hangup_cause": "normal"}
    call = call_record(call_id, **{**usual, **changes})
    # The gateway counts what has ended: until all was said, the call goes on.
    await it.gateway.calls.create(replace(call, state="talking"), journal_entry(call_id), commands=[])
    for index in range(turns):
        speaker = ("caller", "agent")[index % 2]
        timing = {"total": 500.0 + index} if speaker == "agent" else {}
        turn = turn_record(call_id, index, speaker=speaker, started_at=at + 6 + index, timing=timing)
        await it.gateway.calls.save_turn(turn)
    await it.gateway.calls.record(call, journal_entry(call_id, 2), commands=[])


@pytest.fixture
async def some(it: Served, database_url: str) -> Served:
    await ended(it, "good", turns=4)
    await ended(it, "silent", at=NOON + 3600, direction="inbound", bot_id="otro")
    await ended(it, "busy", at=NOON + DAY_S, answered_at=None, hangup_cause="busy")
    await ended(it, "other", tenant_id="acme", turns=2)
    await count_all(database_url, "default", "acme")
    return it


async def asked(it: Served, what: str, **query: str) -> dict[str, Any]:
    answer = await it.get(f"/api/analytics/{what}?{urlencode({**WHEN, **query})}")
    assert answer.status_code == 200, await answer.get_data(as_text=True)
    found: dict[str, Any] = await answer.get_json()
    return found


async def test_a_summary_has_all_figures_and_says_over_what(some: Served) -> None:
    found = await asked(some, "summary")
    assert (found["calls"], found["answered"], found["talked"], found["succeeded"]) == (3, 2, 1, 1)
    assert (found["answer_rate"], found["success_rate"]) == (0.6667, 0.5)
    assert (found["minutes"], found["messages"], found["turns"]) == (2.0, 4, 2)
    assert (found["latency_p50_ms"], found["latency_p95_ms"]) == (505.0, 505.0)
    assert found["zone"] == "America/Bogota"
    assert found["since"] == datetime(2026, 3, 9, 5, tzinfo=UTC).timestamp()
    assert found["until"] == datetime(2026, 3, 11, 5, tzinfo=UTC).timestamp()
    assert (found["waiting"], found["live"]) == (0, 0)
    assert found["as_of"] == found["at"]


@pytest.mark.parametrize(
    ("query", "calls"),
    [({"bot_id": "otro"}, 1), ({"direction": "outbound"}, 2), ({"bot_id": "maria", "direction": "inbound"}, 0)],
)
async def test_figures_are_of_one_bot_or_direction(some: Served, query: dict[str, str], calls: int) -> None:
    assert (await asked(some, "summary", **query))["calls"] == calls


@pytest.mark.parametrize(
    ("query", "values"),
    [
        ({}, [2, 1]),
        ({"metric": "answered"}, [2, 0]),
        ({"metric": "minutes"}, [2.0, 0.0]),
        ({"metric": "turns"}, [2, 0]),
        ({"metric": "latency_p95"}, [505.0, None]),
        ({"metric": "succeeded", "interval": "week"}, [1]),
        ({"interval": "month", "zone": "Asia/Kathmandu"}, [3]),
        ({"zone": "Pacific/Auckland"}, [0, 2]),
    ],
)
async def test_a_series_is_told_by_stretches_of_the_zone(
    some: Served, query: dict[str, str], values: list[Any]
) -> None:
    assert [point["value"] for point in (await asked(some, "series", **query))["points"]] == values


async def test_hours_of_a_day_are_as_many_as_it_has(some: Served) -> None:
    query = {"from": "2026-03-29", "to": "2026-03-29", "zone": "Europe/Madrid", "interval": "hour"}
    assert len((await asked(some, "series", **query))["points"]) == 23


async def test_a_funnel_says_how_far_calls_came(some: Served) -> None:
    stages = (await asked(some, "funnel"))["stages"]
    assert [(stage["stage"], stage["calls"]) for stage in stages] == [
        ("calls", 3),
        ("answered", 2),
        ("talked", 1),
        ("succeeded", 1),
        ("ordered", 0),
    ]
    assert stages[1]["share"] == 0.6667
    filtered = (await asked(some, "funnel", bot_id="otro"))["stages"]
    assert [stage["stage"] for stage in filtered] == ["calls", "answered", "talked", "succeeded"]


@pytest.mark.parametrize(
    ("dimension", "calls"),
    [
        ("bot", {"maria": 2, "otro": 1}),
        ("cause", {"normal": 2, "busy": 1}),
        ("direction", {"outbound": 2, "inbound": 1}),
        ("hour", {"07": 2, "08": 1}),
        ("weekday", {"1": 2, "2": 1}),
        ("seller", {}),
        ("campaign", {}),
    ],
)
async def test_figures_are_told_by_what_calls_differ_in(some: Served, dimension: str, calls: dict[str, int]) -> None:
    found = await asked(some, "by", dimension=dimension)
    assert {item["key"]: item["calls"] for item in found["items"]} == calls


@pytest.mark.parametrize("zone", ["UTC", "Europe/London"])
async def test_hours_are_told_where_midnight_is_that_of_utc(some: Served, zone: str) -> None:
    found = await asked(some, "by", dimension="hour", zone=zone)
    assert {item["key"]: item["calls"] for item in found["items"]} == {"12": 2, "13": 1}


async def test_a_bot_s_calls_are_told_by_direction_and_hour_too(some: Served) -> None:
    found = await asked(some, "by", dimension="direction", bot_id="otro")
    assert [(item["key"], item["calls"]) for item in found["items"]] == [("inbound", 1)]
    found = await asked(some, "by", dimension="bot", bot_id="otro", direction="inbound")
    assert [(item["key"], item["calls"]) for item in found["items"]] == [("otro", 1)]


@pytest.mark.parametrize(
    ("what", "query", "field"),
    [
        ("summary", {"zone": "Nowhere/Land"}, "zone"),
        ("summary", {"from": "yesterday"}, "from"),
        ("summary", {"from": "2026-03-10", "to": "2026-03-09"}, "to"),
        ("summary", {"direction": "sideways"}, "direction"),
        ("series", {"metric": "money"}, "metric"),
        ("series", {"from": "2020-01-01", "interval": "hour"}, "interval"),
        ("by", {"dimension": "cause", "bot_id": "maria"}, "bot_id"),
        ("by", {"dimension": "direction", "direction": "inbound"}, "direction"),
        ("by", {"dimension": "hour", "from": "2020-01-01"}, "from"),
        ("by", {}, "dimension"),
    ],
)
async def test_what_cannot_be_told_is_refused_with_its_field(
    it: Served, what: str, query: dict[str, str], field: str
) -> None:
    answer = await it.get(f"/api/analytics/{what}?{urlencode({**WHEN, **query})}")
    body = await answer.get_json()
    assert (answer.status_code, body["code"]) == (422, "invalid")
    assert field in [fault["field"] for fault in body["errors"]]


async def test_without_a_span_it_is_the_last_month(it: Served) -> None:
    answer = await it.get("/api/analytics/series")
    found = await answer.get_json()
    assert len(found["points"]) == 31
    assert found["since"] < found["at"] < found["until"]


async def test_the_zone_is_the_tenants_when_it_has_one(some: Served) -> None:
    def move(session: Any) -> None:
        own(session).zone = "Pacific/Auckland"

    await some.gateway.business.act(HERE_WHO, move)
    found = await asked(some, "series")
    assert found["zone"] == "Pacific/Auckland"
    assert [point["value"] for point in found["points"]] == [0, 2]


async def test_others_see_nothing_of_it(some: Served) -> None:
    scope = Scope(tenant_id="acme", since=int(NOON - DAY_S), until=int(NOON + DAY_S), zone="UTC")
    answer = await some.gateway.analytics.summary(some.gateway.analytics.scope(scope))
    assert answer.value.calls == 1
    assert (await some.get("/api/analytics/summary", client=ELSEWHERE)).status_code == 401


async def test_calls_that_wait_to_be_counted_are_owned_up_to(it: Served) -> None:
    await ended(it, "just now", ended_at=2e9)
    found = await asked(it, "summary")
    assert (found["calls"], found["waiting"], found["as_of"]) == (0, 1, NOON)


async def test_a_running_gateway_counts_by_itself(it: Served) -> None:
    await ended(it, "ended", turns=2)
    async with asyncio.timeout(30):
        while it.metric("calls_counted_total") < 1:  # noqa: ASYNC110  nobody is told of it
            await asyncio.sleep(0.05)
    assert (await asked(it, "summary"))["calls"] == 1
