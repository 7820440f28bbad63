"""Delivery: retried with growing pauses, given up at last, never doubled, going on after a restart."""

import asyncio
from collections.abc import Sequence
from itertools import pairwise

import pytest

from control_plane.adapters.store.alerts import SqlAlertStore
from control_plane.adapters.store.database import Database
from control_plane.ports.alerts import Delivery
from control_plane.ports.errors import Misconfigured, Unavailable
from control_plane.ports.stores import StoreUnavailable
from control_plane.services.alerts.outbox import ATTEMPTS, LEASE_S, LONGEST_PAUSE_S, Outbox, pause
from tests.alerts import alert_record, delivery
from tests.control_plane.services.alerts.alerting import Alerting, alerting
from tests.virtual_time import eventually

ALERT = alert_record()


async def with_notices(it: Alerting, *channels: str) -> Outbox:
    await it.store.record(ALERT, [delivery(ALERT, channel=channel) for channel in channels])
    return it.service.outbox


async def test_what_is_due_is_sent_once(it: Alerting) -> None:
    outbox = await with_notices(it, "mail", "chat")
    assert await outbox.send_due() == 2
    assert await outbox.send_due() == 0
    assert sorted(channel for channel, _ in it.notifier.sent) == ["chat", "mail"]
    assert it.metric("deliveries_total", "sent") == 2


async def test_a_channel_that_is_away_is_tried_again_until_it_is_back(it: Alerting) -> None:
    outbox = await with_notices(it, "mail", "chat")
    it.notifier.faults["mail"] = Unavailable("mail", "no connection to the service")
    await outbox.send_due()
    assert [channel for channel, _ in it.notifier.sent] == ["chat"]
    assert await outbox.send_due() == 0
    it.notifier.faults.clear()
    it.clock.advance(pause(1))
    assert await outbox.send_due() == 1
    assert [channel for channel, _ in it.notifier.sent] == ["chat", "mail"]
    assert it.metric("deliveries_total", "retried") == 1


async def test_it_is_given_up_in_the_end(it: Alerting) -> None:
    outbox = await with_notices(it, "mail")
    it.notifier.faults["mail"] = Unavailable("mail", "no connection to the service")
    for _ in range(ATTEMPTS + 5):
        await outbox.send_due()
        it.clock.advance(LONGEST_PAUSE_S)
    assert it.notifier.attempts == ATTEMPTS
    assert it.metric("deliveries_total", "given_up") == 1


async def test_what_a_person_has_to_put_right_is_not_tried_again(it: Alerting) -> None:
    outbox = await with_notices(it, "mail")
    it.notifier.faults["mail"] = Misconfigured("mail", "its address cannot be read")
    await outbox.send_due()
    it.clock.advance(LONGEST_PAUSE_S)
    assert await outbox.send_due() == 0


async def test_another_process_goes_on_where_one_died_while_sending(it: Alerting, database: Database) -> None:
    await with_notices(it, "mail")
    await it.store.claim("main", at=it.clock.wall(), lease_s=LEASE_S, limit=5)
    other = alerting(database, node="other", clock=it.clock)
    assert await other.service.outbox.send_due() == 0
    it.clock.advance(LEASE_S)
    assert await other.service.outbox.send_due() == 1
    assert len(other.notifier.sent) == 1


async def test_two_processes_do_not_send_the_same(it: Alerting, database: Database) -> None:
    await with_notices(it, "mail", "chat", "a", "b")
    other = alerting(database, node="other", clock=it.clock)
    await it.service.outbox.send_due()
    await other.service.outbox.send_due()
    sent = [channel for channel, _ in (*it.notifier.sent, *other.notifier.sent)]
    assert sorted(sent) == ["a", "b", "chat", "mail"]


async def test_a_channel_with_a_fault_of_ours_takes_nothing_from_the_others_and_is_given_up(it: Alerting) -> None:
    outbox = await with_notices(it, "mail", "chat")
    it.notifier.faults["mail"] = ValueError("https://user:secret@mail.example.com")
    it.notifier.slow["chat"] = asyncio.Event()
    sending = asyncio.ensure_future(outbox.send_due())
    await eventually(lambda: it.notifier.attempts == 2)
    it.notifier.slow.pop("chat").set()
    assert await sending == 2
    assert [channel for channel, _ in it.notifier.sent] == ["chat"]
    for _ in range(ATTEMPTS + 5):
        it.clock.advance(LONGEST_PAUSE_S)
        await outbox.send_due()
    assert it.notifier.attempts == ATTEMPTS + 1
    assert it.metric("deliveries_total", "retried") == ATTEMPTS - 1
    assert it.metric("deliveries_total", "given_up") == 1


class Forgetful(SqlAlertStore):
    """Cannot keep how deliveries to these channels went."""

    away: Sequence[str] = ()
    refused: int = 0

    async def settle(self, delivery: Delivery) -> bool:
        if delivery.channel in self.away:
            self.refused += 1
            raise StoreUnavailable("away")
        return await super().settle(delivery)


async def test_a_store_that_is_away_after_one_channel_interrupts_no_other(database: Database) -> None:
    store = Forgetful(database)
    store.away = ["mail"]
    it = alerting(database, store=store)
    outbox = await with_notices(it, "mail", "chat")
    it.notifier.slow["chat"] = asyncio.Event()
    sending = asyncio.ensure_future(outbox.send_due())
    await eventually(lambda: store.refused)
    it.notifier.slow.pop("chat").set()
    with pytest.raises(StoreUnavailable):
        await sending
    store.away = []
    it.clock.advance(LEASE_S)
    assert await outbox.send_due() == 1
    assert [channel for channel, _ in it.notifier.sent] == ["mail", "chat", "mail"]


@pytest.mark.parametrize("attempts", range(1, ATTEMPTS + 1))
def test_pauses_grow_and_are_bounded(attempts: int) -> None:
    assert 15.0 <= pause(attempts) <= LONGEST_PAUSE_S
    assert all(before <= after for before, after in pairwise(pause(number) for number in range(1, attempts + 2)))
