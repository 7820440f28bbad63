"""Alerts over HTTP."""

import base64
from collections.abc import AsyncIterator
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import pytest

from control_plane.adapters.bus.memory import Subscription
from control_plane.adapters.store.alerts import SqlAlertStore
from control_plane.adapters.store.engine import open_database
from control_plane.core.alert.rule import Rule
from control_plane.ports.alerts import AlertRecord
from control_plane.ports.errors import Unavailable
from control_plane.services.alerts.defaults import DEFAULTS
from control_plane.web.alert_schemas import AlertOut, RuleIn, RuleOut, RulePatch
from tests.alerts import FakeNotifier, alert_record, rule
from tests.gateways import ELSEWHERE, Served, served

SECRET = "a-secret-token"
NEW = {
    "name": "Muchas llamadas / Many calls",
    "metric": "gateway_calls_live",
    "aggregation": "value",
    "comparison": ">",
    "threshold": 150,
}


@pytest.fixture
def notifier() -> FakeNotifier:
    return FakeNotifier()


@pytest.fixture
async def it(tmp_path: Path, database_url: str, notifier: FakeNotifier) -> AsyncIterator[Served]:
    async with served(tmp_path, database_url, parts={"notifier": notifier}) as gateway:
        yield gateway


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[SqlAlertStore]:
    database = open_database(database_url)
    yield SqlAlertStore(database)
    await database.aclose()


async def ask(it: Served, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    options = {} if body is None else {"json": body}
    answer = await it._ask(method, path, client=("127.0.0.1", 50_000), **options)
    return answer.status_code, await answer.get_json() if answer.status_code != 204 else None


async def test_an_alert_looks_the_same_in_the_api_and_on_the_bus(it: Served, store: SqlAlertStore) -> None:
    assert set(AlertOut.model_fields) == {field.name for field in fields(AlertRecord)}
    assert set(RulePatch.model_fields) == set(RuleIn.model_fields) == set(RuleOut.model_fields) - {"id"}
    assert set(RuleOut.model_fields) == {field.name for field in fields(Rule)}
    stored = alert_record(labels={"cause": "failed"})
    await store.record(stored, [])
    _, listed = await ask(it, "GET", "/api/alerts")
    assert listed == {"items": [asdict(stored)], "next_cursor": ""}


async def test_open_alerts_are_listed_unless_all_are_wanted(it: Served, store: SqlAlertStore) -> None:
    await store.record(alert_record("open"), [])
    for index in range(3):
        done = alert_record(f"done{index}", node="b", state="resolved", resolved_at=11.0, raised_at=float(index))
        await store.record(done, [])
    assert [alert["id"] for alert in (await ask(it, "GET", "/api/alerts?state=open"))[1]["items"]] == ["open"]
    _, first = await ask(it, "GET", "/api/alerts?state=all&limit=3")
    _, second = await ask(it, "GET", f"/api/alerts?state=all&limit=3&cursor={first['next_cursor']}")
    assert [alert["id"] for alert in first["items"] + second["items"]] == ["open", "done2", "done1", "done0"]
    _, of_node = await ask(it, "GET", "/api/alerts?state=all&node=main")
    assert [alert["id"] for alert in of_node["items"]] == ["open"]


NUL_IN_CURSOR = base64.urlsafe_b64encode(b'[1,"\\u0000"]').decode()


@pytest.mark.parametrize(
    "query",
    [
        *("state=nonsense", "limit=many", "cursor=nonsense", f"cursor={NUL_IN_CURSOR}", "cursor=%00"),
        *(f"{name}={text}" for name in ("node", "rule_id", "tenant") for text in ("%00", "a%0A", "%C2%80")),
    ],
)
async def test_a_list_that_cannot_be_is_refused(it: Served, query: str) -> None:
    status, problem = await ask(it, "GET", f"/api/alerts?{query}")
    assert (status, problem["code"]) == (422, "invalid")
    assert query.split("=")[0] in problem["detail"]


@pytest.mark.parametrize(("method", "path"), [("DELETE", "rules"), ("PATCH", "rules"), ("DELETE", "silences")])
async def test_an_id_that_no_database_takes_is_refused(it: Served, method: str, path: str) -> None:
    status, problem = await ask(it, method, f"/api/alerts/{path}/a%00", {} if method == "PATCH" else None)
    assert (status, problem["code"]) == (400, "unreadable_path")
    status, problem = await ask(it, "POST", "/api/alerts/silences", {"minutes": 1, "rule_id": "a\x00"})
    assert (status, problem["code"]) == (422, "invalid")


async def test_the_default_rules_are_there_from_the_start(it: Served) -> None:
    _, listed = await ask(it, "GET", "/api/alerts/rules")
    assert {item["id"] for item in listed["items"]} == {each.id for each in DEFAULTS}


async def test_a_rule_can_be_made_changed_and_removed(it: Served) -> None:
    status, made = await ask(it, "POST", "/api/alerts/rules", {**NEW, "channels": ["mail"]})
    assert status == 201
    assert (made["name"], made["window_s"], made["channels"]) == (NEW["name"], 300.0, ["mail"])
    path = f"/api/alerts/rules/{made['id']}"
    status, changed = await ask(it, "PATCH", path, {"threshold": 10, "severity": "critical"})
    assert (status, changed) == (200, {**made, "threshold": 10.0, "severity": "critical"})
    assert await ask(it, "DELETE", path) == (204, None)
    assert (await ask(it, "PATCH", path, {}))[0] == (await ask(it, "DELETE", path))[0] == 404


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"metric": "gateway_nothing"}, "bad_rule"),
        ({"aggregation": "p95"}, "bad_rule"),
        ({"channels": ["nobody"]}, "bad_rule"),
        ({"comparison": "=="}, "invalid"),
        ({"threshold": "NaN"}, "invalid"),
        ({"name": ""}, "invalid"),
        ({"name": "a\x00b"}, "invalid"),
        ({"labels": {"cause": []}}, "invalid"),
        ({"address": "http://169.254.169.254/"}, "invalid"),
        ({"id": "mine"}, "invalid"),
    ],
)
async def test_a_rule_that_cannot_be_is_refused(it: Served, changes: dict[str, Any], code: str) -> None:
    status, problem = await ask(it, "POST", "/api/alerts/rules", {**NEW, **changes})
    assert (status, problem["code"]) == (422, code)


async def test_a_silence_can_be_made_seen_and_taken_back(it: Served) -> None:
    wanted = {"rule_id": DEFAULTS[0].id, "minutes": 30, "reason": "mantenimiento", "by": "Ana"}
    status, made = await ask(it, "POST", "/api/alerts/silences", wanted)
    assert status == 201
    assert made["until"] == made["created_at"] + 1800
    assert (await ask(it, "GET", "/api/alerts/silences"))[1] == {"items": [made]}
    assert await ask(it, "DELETE", f"/api/alerts/silences/{made['id']}") == (204, None)
    status, problem = await ask(it, "DELETE", f"/api/alerts/silences/{made['id']}")
    assert (status, problem["code"]) == (404, "unknown_silence")


@pytest.mark.parametrize("body", [{"minutes": 0}, {"minutes": 99_999}, {}])
async def test_a_silence_without_an_end_is_refused(it: Served, body: dict[str, Any]) -> None:
    assert (await ask(it, "POST", "/api/alerts/silences", body))[0] == 422


async def test_a_silence_of_an_unknown_rule_is_refused(it: Served) -> None:
    status, problem = await ask(it, "POST", "/api/alerts/silences", {"rule_id": "absent", "minutes": 5})
    assert (status, problem["code"]) == (404, "unknown_rule")


async def test_the_test_says_how_each_channel_did(it: Served, notifier: FakeNotifier) -> None:
    notifier.faults["chat"] = Unavailable("chat", "no connection to the service")
    _, tried = await ask(it, "POST", "/api/alerts/test", {})
    assert tried["items"] == [
        {"channel": "mail", "kind": "mailto", "delivered": True, "text": "delivered"},
        {"channel": "chat", "kind": "slack", "delivered": False, "text": "chat: no connection to the service"},
    ]
    _, one = await ask(it, "POST", "/api/alerts/test", {"channel": "mail"})
    assert [item["channel"] for item in one["items"]] == ["mail"]
    status, problem = await ask(it, "POST", "/api/alerts/test", {"channel": "absent"})
    assert (status, problem["code"]) == (404, "unknown_channel")


async def test_channels_are_named_but_never_their_addresses(tmp_path: Path, database_url: str) -> None:
    addresses = f"night=slack://T/B/{SECRET} mailto://u:{SECRET}@mx.example {SECRET}"
    async with served(tmp_path, database_url, alert_channels=addresses) as it:
        answer = await it.get("/api/alerts/channels")
        text = await answer.get_data(as_text=True)
        assert (await answer.get_json())["items"] == [
            {"name": "night", "kind": "slack"},
            {"name": "mailto", "kind": "mailto"},
            {"name": "unreadable", "kind": "unreadable"},
        ]
        tried = await it.post("/api/alerts/test", json={"channel": "unreadable"})
        assert (await tried.get_json())["items"][0]["delivered"] is False
        assert SECRET not in text + await tried.get_data(as_text=True)


@pytest.mark.parametrize("path", ["", "/rules", "/silences", "/channels"])
async def test_strangers_see_nothing(it: Served, path: str) -> None:
    assert (await it.get(f"/api/alerts{path}", client=ELSEWHERE)).status_code == 401


async def test_a_fault_of_the_gateway_becomes_an_alert_that_everybody_hears_of(
    it: Served, notifier: FakeNotifier
) -> None:
    heard = it.gateway.bus.subscribe()
    assert isinstance(heard, Subscription)
    here = it.gateway.alerts
    await here.parts.store.save_rule(rule(threshold=0.0, channels=("mail",)), at=0.0)
    watcher = here.watcher(it.gateway.measure)
    await watcher.look()
    it.gateway.metrics.calls_ended_total.labels(cause="failed").inc()
    await watcher.look()
    _, listed = await ask(it, "GET", "/api/alerts")
    message = await anext(heard)
    assert (message.topic, [dict(message.body)]) == ("alert", listed["items"])
