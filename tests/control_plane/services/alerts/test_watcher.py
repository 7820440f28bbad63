"""Rules against the figures of a process: raised, told, silenced, resolved, over restarts."""

from dataclasses import replace
from typing import Any

import pytest

from control_plane.adapters.store.alerts import SqlAlertStore
from control_plane.adapters.store.database import Database
from control_plane.core.alert.rule import Rule
from control_plane.ports.alerts import AlertRecord, Silence
from control_plane.ports.stores import StoreUnavailable
from tests.alerts import FakeNotifier, rule
from tests.control_plane.services.alerts.alerting import Alerting, alerting

FAILING = rule(labels={"cause": ("failed",)}, threshold=2.0, window_s=60.0, repeat_after_s=120.0)
SILENCE = Silence(id="s", until=2e9, reason="mantenimiento", by="Ana", created_at=0.0)


async def with_rules(it: Alerting, *rules: Rule) -> Alerting:
    for each in rules:
        await it.store.save_rule(each, at=0.0)
    await it.look()
    return it


async def raised(it: Alerting, **changes: Any) -> AlertRecord:
    await with_rules(it, replace(FAILING, **changes))
    it.fail_calls(3)
    await it.look()
    (alert,) = await it.all()
    return alert


async def test_a_rule_that_is_broken_raises_one_alert_and_tells_every_channel(it: Alerting) -> None:
    alert = await raised(it)
    assert (alert.state, alert.value, alert.node, alert.notices) == ("raised", 3.0, "main", 1)
    assert sorted(channel for channel, _ in it.notifier.sent) == ["chat", "mail"]
    await it.look(2)
    assert len(await it.all()) == 1
    assert len(it.notifier.sent) == 2


async def test_an_alert_is_raised_repeated_and_resolved(it: Alerting) -> None:
    alert = await raised(it, channels=("mail",))
    for _ in range(9):
        it.fail_calls(3)
        await it.look()
    await it.look(6)
    (ended,) = await it.all()
    assert [title.split("]")[0] for title in it.notifier.titles] == ["[AVISO", "[AVISO", "[OK"]
    assert (ended.id, ended.state, ended.notices) == (alert.id, "resolved", 3)
    assert ended.resolved_at is not None
    assert ended.resolved_at > alert.raised_at
    assert [it.metric("total", outcome) for outcome in ("raised", "repeated", "resolved")] == [1, 1, 1]


async def test_every_group_of_a_rule_has_its_own_alert(it: Alerting) -> None:
    by_provider = rule(id="p", metric="gateway_provider_errors_total", by=("provider",), threshold=0.0)
    await with_rules(it, by_provider)
    for provider in ("deepgram", "anthropic"):
        it.metrics.provider_errors_total.labels(provider=provider, kind="Timeout").inc()
    await it.look()
    assert sorted(alert.labels["provider"] for alert in await it.all()) == ["anthropic", "deepgram"]
    assert it.metrics.registry.get_sample_value("gateway_alerts_live") == 2


async def test_an_alert_is_published_as_it_is_stored(it: Alerting) -> None:
    alert = await raised(it)
    message = await anext(it.heard)
    assert (message.topic, message.call_id) == ("alert", "")
    assert AlertRecord(**message.body) == alert


async def test_a_rule_that_is_switched_off_raises_nothing_and_ends_what_it_raised(it: Alerting) -> None:
    await raised(it)
    await it.store.save_rule(replace(FAILING, enabled=False), at=1.0)
    await it.look()
    assert [alert.state for alert in await it.all()] == ["resolved"]
    it.fail_calls(9)
    await it.look(2)
    assert len(await it.all()) == 1


async def test_an_alert_of_a_removed_rule_ends(it: Alerting) -> None:
    await raised(it)
    await it.store.remove_rule(FAILING.id, at=1.0)
    await it.look()
    assert [alert.state for alert in await it.all()] == ["resolved"]


async def test_a_changed_rule_keeps_its_open_alert(it: Alerting) -> None:
    alert = await raised(it)
    await it.store.save_rule(replace(FAILING, threshold=1.0), at=1.0)
    it.fail_calls(5)
    await it.look()
    it.fail_calls(5)
    await it.look()
    assert [(each.id, each.state) for each in await it.all()] == [(alert.id, "raised")]


async def test_after_a_restart_an_open_alert_goes_on_and_ends_when_it_is_good(it: Alerting, database: Database) -> None:
    alert = await raised(it)
    after = alerting(database, clock=it.clock)
    await after.look()
    assert [(each.id, each.state) for each in await after.all()] == [(alert.id, "raised")]
    await after.look()
    assert [(each.id, each.state) for each in await after.all()] == [(alert.id, "resolved")]
    assert {title.split("]")[0] for title in after.notifier.titles} == {"[OK"}


async def test_a_node_leaves_the_alerts_of_others_alone(it: Alerting, database: Database) -> None:
    await raised(it)
    other = alerting(database, node="other", clock=it.clock)
    other_failed = other.fail_calls
    await other.look(2)
    assert [alert.state for alert in await other.all()] == ["raised"]
    other_failed(3)
    await other.look()
    assert sorted((alert.node, alert.state) for alert in await other.all()) == [("main", "raised"), ("other", "raised")]


@pytest.mark.parametrize("rule_id", ["", FAILING.id])
async def test_a_silenced_alert_is_kept_but_nobody_is_told(it: Alerting, rule_id: str) -> None:
    await it.store.add_silence(replace(SILENCE, rule_id=rule_id))
    alert = await raised(it)
    assert (alert.silenced, alert.notices, it.notifier.sent) == (True, 0, [])
    await it.look(8)
    assert [each.state for each in await it.all()] == ["resolved"]
    assert it.notifier.sent == []


async def test_a_silence_of_another_rule_silences_nothing(it: Alerting) -> None:
    await it.store.add_silence(replace(SILENCE, rule_id="other"))
    assert not (await raised(it)).silenced


async def test_when_a_silence_is_over_people_are_told_of_what_is_still_bad(it: Alerting) -> None:
    await it.store.add_silence(replace(SILENCE, until=it.clock.wall() + 20.0))
    await raised(it, channels=("mail",))
    assert it.notifier.sent == []
    await it.look()
    (alert,) = await it.all()
    assert (len(it.notifier.sent), alert.notices, alert.silenced) == (1, 1, False)


async def test_without_channels_alerts_are_kept(it: Alerting, database: Database) -> None:
    quiet = alerting(database, notifier=FakeNotifier(channels=()))
    alert = await raised(quiet)
    assert (alert.state, alert.notices) == ("raised", 0)
    assert quiet.metric("total", "raised") == 1
    await quiet.look()
    assert quiet.metric("total", "repeated") == 0


class Broken(SqlAlertStore):
    """Loses the answers of writes, or the writes."""

    loses: str = ""

    async def record(self, alert: AlertRecord, deliveries: Any) -> bool:
        if self.loses == "write":
            raise StoreUnavailable("away")
        kept = await super().record(alert, deliveries)
        if self.loses == "answer":
            raise StoreUnavailable("no answer in time")
        return kept


@pytest.mark.parametrize("loses", ["write", "answer"])
async def test_what_could_not_be_stored_is_tried_again_and_told_once(database: Database, loses: str) -> None:
    store = Broken(database)
    it = await with_rules(alerting(database, store=store), replace(FAILING, channels=("mail",)))
    it.fail_calls(3)
    store.loses = loses
    with pytest.raises(StoreUnavailable):
        await it.watcher.look()
    store.loses = ""
    await it.look(2)
    assert [alert.state for alert in await it.all()] == ["raised"]
    assert len(it.notifier.sent) == 1


async def test_the_wall_clock_may_jump_without_anything_being_late_or_early(it: Alerting) -> None:
    await with_rules(it, replace(FAILING, for_s=30.0))
    it.fail_calls(3)
    await it.look()
    it.clock._wall -= 3600.0
    await it.look()
    assert await it.all() == []
    await it.look()
    assert len(await it.all()) == 1
