"""The WebhookStore contract, on both engines."""

import asyncio
import contextlib
import random
import string
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from control_plane.adapters.store.database import Conflict
from control_plane.adapters.store.webhooks import SqlWebhookStore
from tests.records import stored_webhook


async def test_a_webhook_is_unworked_until_it_is_marked(webhooks: SqlWebhookStore) -> None:
    webhook = stored_webhook(body=bytes(range(256)))
    assert await webhooks.add(webhook)
    assert await webhooks.unworked() == [webhook]
    await webhooks.mark_worked("telnyx", "event-1")
    assert await webhooks.unworked() == []


async def test_an_event_is_stored_once_per_carrier(webhooks: SqlWebhookStore) -> None:
    assert await webhooks.add(stored_webhook())
    assert not await webhooks.add(stored_webhook(body=b"other"))
    assert await webhooks.add(stored_webhook(carrier="twilio"))
    await webhooks.mark_worked("telnyx", "event-1")
    assert not await webhooks.add(stored_webhook())
    assert [webhook.carrier for webhook in await webhooks.unworked()] == ["twilio"]


async def test_the_oldest_comes_first(webhooks: SqlWebhookStore) -> None:
    for name, at in (("b", 2.0), ("c", 3.0), ("a", 1.0)):
        await webhooks.add(stored_webhook(name, received_at=at))
    assert [webhook.event_id for webhook in await webhooks.unworked()] == ["a", "b", "c"]
    assert [webhook.event_id for webhook in await webhooks.unworked(limit=2)] == ["a", "b"]


async def test_marking_an_unknown_event_does_nothing(webhooks: SqlWebhookStore) -> None:
    await webhooks.mark_worked("telnyx", "unknown")
    assert await webhooks.unworked() == []


async def test_of_many_deliveries_at_once_one_is_the_first(webhooks: SqlWebhookStore) -> None:
    answers = await asyncio.gather(*(webhooks.add(stored_webhook()) for _ in range(30)))
    assert answers.count(True) == 1


async def test_several_are_stored_in_one_go_and_each_is_told_whether_it_is_new(webhooks: SqlWebhookStore) -> None:
    await webhooks.add(stored_webhook("known"))
    group = [
        stored_webhook("b", received_at=2.0),
        stored_webhook("known", received_at=9.0),
        stored_webhook("a", received_at=1.0),
        stored_webhook("b", body=b"repeated"),
        stored_webhook("b", carrier="twilio", received_at=3.0),
    ]
    assert await webhooks.add_all(group) == [True, False, True, False, True]
    found = [(webhook.carrier, webhook.event_id) for webhook in await webhooks.unworked()]
    assert found == [("telnyx", "a"), ("telnyx", "b"), ("twilio", "b"), ("telnyx", "known")]


async def test_of_several_all_or_none_are_stored(webhooks: SqlWebhookStore) -> None:
    broken: Any = stored_webhook("broken", body=None)
    with pytest.raises(Conflict):
        await webhooks.add_all([stored_webhook("a"), broken, stored_webhook("b")])
    assert await webhooks.unworked() == []


async def test_what_a_database_cannot_hold_is_not_taken_for_a_database_that_is_away(webhooks: SqlWebhookStore) -> None:
    # PostgreSQL has no room for it in an index; SQLite takes it.
    long = "".join(random.Random(1).choices(string.printable, k=30_000))
    with contextlib.suppress(DBAPIError):
        await webhooks.add_all([stored_webhook("a"), stored_webhook(long)])
    assert await webhooks.add(stored_webhook("b"))


async def test_what_nobody_has_to_work_is_only_known(webhooks: SqlWebhookStore) -> None:
    assert await webhooks.add_all([stored_webhook("a", worked=True), stored_webhook("b")]) == [True, True]
    assert [webhook.event_id for webhook in await webhooks.unworked()] == ["b"]
    assert not await webhooks.add(stored_webhook("a"))
