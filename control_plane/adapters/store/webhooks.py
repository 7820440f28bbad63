"""Webhooks between acknowledgement and work, in SQL."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import bindparam, select, true, update

from control_plane.adapters.store.database import Database
from control_plane.adapters.store.rows import insert_once, insert_webhook, row_of, rows_of
from control_plane.adapters.store.tables import IS_UNWORKED, webhooks
from control_plane.ports.stores import StoredWebhook

MARK_WORKED: Final = (
    update(webhooks)
    .where(webhooks.c.carrier == bindparam("of_carrier"), webhooks.c.event_id == bindparam("of_event"))
    .values(worked=true())
)
_UNWORKED: Final = (
    select(*(column for column in webhooks.c if column.name != "worked"))
    .where(IS_UNWORKED)
    .order_by(webhooks.c.received_at, webhooks.c.event_id)
)


class SqlWebhookStore:
    """The WebhookStore port on a Database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._insert_one = insert_webhook(database.dialect)
        self._insert = insert_once(database.dialect, webhooks).returning(webhooks.c.carrier, webhooks.c.event_id)

    async def add(self, webhook: StoredWebhook) -> bool:
        row = row_of(webhook)
        # By itself: whoever stores webhooks has put those together that came together, and a carrier waits.
        return await self._database.write(
            lambda connection: connection.execute(self._insert_one, row).first() is not None
        )

    async def add_all(self, webhooks: Sequence[StoredWebhook]) -> Sequence[bool]:
        if len(webhooks) == 1:
            return [await self.add(webhooks[0])]
        rows = rows_of(webhooks)
        taken = await self._database.write(lambda connection: connection.execute(self._insert, rows).all())
        new = {(carrier, event_id) for carrier, event_id in taken}
        # One that is in it twice was stored once: for the first of the two.
        return [_taken_out(new, (webhook.carrier, webhook.event_id)) for webhook in webhooks]

    async def unworked(self, *, limit: int = 500) -> Sequence[StoredWebhook]:
        query = _UNWORKED.limit(limit)
        rows = await self._database.read(lambda connection: connection.execute(query).mappings().all())
        return [StoredWebhook(**row) for row in rows]

    async def mark_worked(self, carrier: str, event_id: str) -> None:
        values = {"of_carrier": carrier, "of_event": event_id}
        await self._database.together(lambda connection: connection.execute(MARK_WORKED, values).rowcount)


def _taken_out(keys: set[tuple[str, str]], key: tuple[str, str]) -> bool:
    if key not in keys:
        return False
    keys.remove(key)
    return True
