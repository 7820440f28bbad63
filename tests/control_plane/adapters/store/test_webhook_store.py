"""The WebhookStore contract, on both engines."""

import asyncio

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
