"""Alerts of processes that never come back are ended by those that are there."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from control_plane.adapters.store.database import Database
from control_plane.ports.alerts import AlertRecord, Silence
from control_plane.ports.nodes import Node
from control_plane.ports.stores import StoreUnavailable
from control_plane.services.alerts.departed import GRACE_S, LOOK_S, Departed
from control_plane.services.supervisor import Supervisor
from tests.alerts import alert_record, rule
from tests.control_plane.services.alerts.alerting import Alerting, alerting
from tests.virtual_time import LoopClock, eventually

VIRTUAL_TIME = True

TOLD = {"notices": 1, "last_notified_at": 10.0}


async def left_open(it: Alerting, **changes: Any) -> AlertRecord:
    """An alert of a process that is in no directory."""
    alert = alert_record(**{"node": "gone", **TOLD, **changes})
    await it.store.record(alert, [])
    return alert


async def past_grace(it: Alerting, departed: Departed) -> int:
    assert await departed.look() == 0
    it.clock.advance(GRACE_S)
    return await departed.look()


async def states(it: Alerting) -> list[str]:
    return [alert.state for alert in await it.all()]


async def test_an_alert_of_a_node_that_never_returns_does_not_stay_raised_for_ever(it: Alerting) -> None:
    alert = await left_open(it)
    departed = it.service.departed()
    assert await departed.look() == 0
    it.clock.advance(GRACE_S - 1)
    assert await departed.look() == 0
    assert await states(it) == ["raised"]
    it.clock.advance(1)
    assert await departed.look() == 1
    (ended,) = await it.all()
    assert (ended.id, ended.state, ended.value, ended.resolved_at) == (alert.id, "resolved", 3.0, it.clock.wall())
    assert it.metric("total", "gone") == 1
    message = await anext(it.heard)
    assert AlertRecord(**message.body) == ended
    assert await departed.look() == 0


async def test_people_who_were_told_are_told_that_the_process_is_gone(it: Alerting) -> None:
    await it.store.save_rule(rule(channels=("mail",)), at=0.0)
    await left_open(it)
    await left_open(it, alert_id="never told", rule_id="other", notices=0, last_notified_at=None)
    assert await past_grace(it, it.service.departed()) == 2
    await it.service.outbox.send_due()
    ((channel, notice),) = it.notifier.sent
    assert (channel, notice.resolved) == ("mail", True)
    assert notice.title.startswith("[CERRADA] ")
    assert "process is gone" in notice.body
    assert "proceso ya no existe" in notice.body


async def test_under_a_silence_it_ends_without_a_word(it: Alerting) -> None:
    await it.store.add_silence(Silence(id="s", until=2e9, reason="", by="", created_at=0.0))
    await left_open(it)
    assert await past_grace(it, it.service.departed()) == 1
    await it.service.outbox.send_due()
    assert (await states(it), it.notifier.sent) == (["resolved"], [])


@pytest.mark.parametrize("node", ["main", "listed"])
async def test_alerts_of_nodes_that_are_there_are_left_to_them(it: Alerting, node: str) -> None:
    it.list_nodes("listed")
    await left_open(it, node=node)
    assert await past_grace(it, it.service.departed()) == 0
    assert await states(it) == ["raised"]


async def test_a_node_that_comes_back_within_the_grace_begins_anew(it: Alerting) -> None:
    await left_open(it)
    departed = it.service.departed()
    await departed.look()
    it.list_nodes("gone")
    it.clock.advance(GRACE_S)
    assert await departed.look() == 0
    it.list_nodes()
    assert await departed.look() == 0
    it.clock.advance(GRACE_S)
    assert await departed.look() == 1


async def test_two_nodes_end_an_alert_once(it: Alerting, database: Database) -> None:
    alert = await left_open(it)
    other = alerting(database, node="other", clock=it.clock)
    watching = [it.service.departed(), other.service.departed()]
    for each in watching:
        await each.look()
    it.clock.advance(GRACE_S)
    assert sorted(await asyncio.gather(*(each.look() for each in watching))) == [0, 1]
    book = other.service.book()
    assert not await book.abandoned(alert, None, at=99.0, silences=())
    await it.service.outbox.send_due()
    await other.service.outbox.send_due()
    assert len([*it.notifier.sent, *other.notifier.sent]) == 2
    assert it.metric("total", "gone") + other.metric("total", "gone") == 1


async def test_however_many_are_open_all_are_looked_at(it: Alerting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("control_plane.services.alerts.departed.PAGE", 3)
    for number in range(10):
        await left_open(it, alert_id=f"a{number}", rule_id=f"r{number}", raised_at=float(number))
    assert await past_grace(it, it.service.departed()) == 10


async def test_a_directory_that_is_away_for_a_while_ends_nothing_and_stops_nothing(database: Database) -> None:
    it = alerting(database, service_clock=LoopClock())
    await left_open(it)
    directory, away = it.service.parts.nodes, True

    async def nodes() -> Sequence[Node]:
        if away:
            raise StoreUnavailable("away")
        return await directory()

    it.service.parts = replace(it.service.parts, nodes=nodes)
    supervisor = Supervisor()
    await it.service.start(supervisor, measure=lambda: None)
    await asyncio.sleep(2 * GRACE_S)
    assert await states(it) == ["raised"]
    away = False
    await eventually(lambda: it.metric("total", "gone") == 1, within_s=GRACE_S + 2 * LOOK_S)
    await supervisor.aclose()
