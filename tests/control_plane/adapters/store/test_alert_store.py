"""The AlertStore contract, on both engines."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from control_plane.adapters.store.alerts import MAX_PAGE, SqlAlertStore
from control_plane.adapters.store.cursor import cursor_after
from control_plane.adapters.store.database import Database
from control_plane.core.alert.rule import Severity
from control_plane.ports.alerts import AlertFilter, Delivery, Silence
from tests.alerts import alert_record, delivery, rule

FULL = rule(
    labels={"cause": ("failed", "unknown")},
    by=("cause",),
    over="gateway_calls_started_total",
    over_labels={"direction": ("inbound",)},
    channels=("night", "day"),
    severity=Severity.CRITICAL,
    tenant="acme",
    enabled=False,
)


@pytest.fixture
def alerts(database: Database) -> SqlAlertStore:
    return SqlAlertStore(database)


async def claimed(alerts: SqlAlertStore, by: str = "main", at: float = 100.0, limit: int = 10) -> Sequence[Delivery]:
    return await alerts.claim(by, at=at, lease_s=30.0, limit=limit)


async def test_a_rule_comes_back_as_it_was_saved(alerts: SqlAlertStore) -> None:
    await alerts.save_rule(FULL, at=1.0)
    assert await alerts.rule(FULL.id) == FULL
    changed = replace(FULL, threshold=9.5, enabled=True)
    await alerts.save_rule(changed, at=2.0)
    assert await alerts.rules() == [changed]


async def test_seeding_leaves_alone_what_was_changed_or_removed(alerts: SqlAlertStore) -> None:
    first, second, third = (rule(id=name) for name in ("a", "b", "c"))
    await alerts.seed([first, second], at=1.0)
    await alerts.save_rule(replace(first, threshold=99.0), at=2.0)
    assert await alerts.remove_rule("b", at=2.0)
    await alerts.seed([first, second, third], at=3.0)
    assert await alerts.rules() == [replace(first, threshold=99.0), third]
    assert await alerts.rule("b") is None
    assert not await alerts.remove_rule("b", at=4.0)


async def test_an_alert_and_its_deliveries_are_stored_together_and_only_once(alerts: SqlAlertStore) -> None:
    alert = alert_record(labels={"cause": "failed"}, notices=1)
    for _ in range(2):
        assert await alerts.record(alert, [delivery(alert)])
    assert await alerts.open_alert(alert.key) == alert
    assert await claimed(alerts) == [replace(delivery(alert), claimed_by="main", claimed_until=130.0)]


async def test_a_second_open_alert_with_the_same_key_is_refused_with_its_deliveries(alerts: SqlAlertStore) -> None:
    first, second = alert_record("one"), alert_record("two")
    assert await alerts.record(first, [])
    assert not await alerts.record(second, [delivery(second)])
    assert await claimed(alerts) == []
    assert await alerts.record(replace(first, state="resolved", resolved_at=50.0), [])
    assert await alerts.record(second, [])
    assert await alerts.open_alert(first.key) == second


async def test_of_processes_that_end_an_alert_at_once_one_does_and_tells(alerts: SqlAlertStore) -> None:
    alert = alert_record(notices=1)
    await alerts.record(alert, [delivery(alert)])
    ended = [replace(alert, state="resolved", resolved_at=float(number)) for number in range(8)]
    news = [replace(delivery(alert), id=f"alert-1.2.{number}") for number in range(8)]
    done = await asyncio.gather(*(alerts.end(each, [new]) for each, new in zip(ended, news, strict=True)))
    assert sorted(done) == [False] * 7 + [True]
    assert (await alerts.list(AlertFilter())).items == [ended[done.index(True)]]
    assert [each.id for each in await claimed(alerts)] == [f"alert-1.2.{done.index(True)}"]
    assert not await alerts.end(alert_record("unknown"), [])


async def test_alerts_of_other_nodes_and_groups_have_keys_of_their_own(alerts: SqlAlertStore) -> None:
    for index, changes in enumerate(({}, {"node": "b"}, {"labels": {"cause": "failed"}}, {"rule_id": "other"})):
        assert await alerts.record(alert_record(f"a{index}", **changes), [])


async def test_alerts_are_listed_newest_first_page_by_page(alerts: SqlAlertStore) -> None:
    for index in range(5):
        await alerts.record(alert_record(f"a{index}", rule_id=f"r{index}", raised_at=float(index // 2)), [])
    first = await alerts.list(AlertFilter(limit=3))
    second = await alerts.list(AlertFilter(limit=3, cursor=first.next_cursor))
    assert [alert.id for alert in (*first.items, *second.items)] == ["a4", "a3", "a2", "a1", "a0"]
    assert (bool(first.next_cursor), second.next_cursor) == (True, "")


async def test_lists_can_be_filtered(alerts: SqlAlertStore) -> None:
    await alerts.record(alert_record("a", node="n1", tenant="acme"), [])
    await alerts.record(alert_record("b", rule_id="r2", state="resolved", resolved_at=2.0), [])

    async def ids(**wanted: object) -> list[str]:
        return [alert.id for alert in (await alerts.list(AlertFilter(**wanted))).items]  # type: ignore[arg-type]

    assert await ids(open=True) == await ids(node="n1") == await ids(tenant="acme") == ["a"]
    assert await ids(open=False) == await ids(rule_id="r2") == ["b"]


NUL_IN_CURSOR = cursor_after(1.0, "\x00")


@pytest.mark.parametrize(
    "wanted", [{"cursor": "nonsense"}, {"cursor": NUL_IN_CURSOR}, {"limit": 0}, {"limit": MAX_PAGE + 1}]
)
async def test_a_page_that_cannot_be_is_refused(alerts: SqlAlertStore, wanted: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(wanted))):
        await alerts.list(AlertFilter(**wanted))  # type: ignore[arg-type]


async def test_of_processes_that_claim_at_once_each_delivery_goes_to_one(alerts: SqlAlertStore) -> None:
    alert = alert_record()
    await alerts.record(alert, [delivery(alert, channel=f"c{index}") for index in range(20)])
    taken = await asyncio.gather(*(claimed(alerts, by=f"n{index}", limit=5) for index in range(8)))
    ids = [each.id for some in taken for each in some]
    assert len(ids) == len(set(ids))
    rest = await claimed(alerts, limit=100)
    assert len(ids) + len(rest) == 20


async def test_what_is_not_due_or_is_claimed_stays_until_its_time(alerts: SqlAlertStore) -> None:
    alert = alert_record()
    await alerts.record(alert, [delivery(alert, next_at=100.0)])
    assert await claimed(alerts, at=99.0) == []
    assert len(await claimed(alerts, at=100.0)) == 1
    assert await claimed(alerts, by="other", at=129.0) == []
    assert [each.claimed_by for each in await claimed(alerts, by="other", at=130.0)] == ["other"]


async def test_only_who_holds_the_claim_settles(alerts: SqlAlertStore) -> None:
    alert = alert_record()
    await alerts.record(alert, [delivery(alert)])
    (late,) = await claimed(alerts)
    (now,) = await claimed(alerts, by="other", at=200.0)
    assert not await alerts.settle(replace(late, state="sent"))
    assert await alerts.settle(replace(now, attempts=1, error="no answer", next_at=300.0))
    (again,) = await claimed(alerts, at=300.0)
    assert (again.attempts, again.error) == (1, "no answer")
    assert await alerts.settle(replace(again, state="sent"))
    assert await claimed(alerts, at=1e9) == []


async def test_newer_news_of_an_alert_overtake_those_that_wait(alerts: SqlAlertStore) -> None:
    alert, other = alert_record(), alert_record("other", node="b")
    raised, resolved = delivery(alert), replace(delivery(alert), id="alert-1.2.mail")
    await alerts.record(other, [delivery(other)])
    await alerts.record(alert, [raised, delivery(alert, channel="chat")])
    (in_flight,) = [each for each in await claimed(alerts) if each.id == raised.id]
    await alerts.record(alert, [resolved])
    assert not await alerts.settle(replace(in_flight, attempts=1))
    waiting = await claimed(alerts, at=1000.0)
    assert [each.id for each in waiting] == ["alert-1.1.chat", "alert-1.2.mail", "other.1.mail"]


async def test_a_silence_is_there_until_it_is_over_or_taken_back(alerts: SqlAlertStore) -> None:
    silence = Silence(id="s", until=50.0, reason="mantenimiento ñ", by="Ana", created_at=1.0, rule_id="r")
    await alerts.add_silence(silence)
    assert await alerts.silences(at=49.0) == [silence]
    assert await alerts.silences(at=50.0) == []
    assert await alerts.remove_silence("s")
    assert not await alerts.remove_silence("s")
