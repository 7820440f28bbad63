"""Alerts with their rules, silences and deliveries, in SQL."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import (
    Connection,
    Executable,
    RowMapping,
    Select,
    Table,
    Update,
    delete,
    false,
    insert,
    select,
    tuple_,
    update,
)

from control_plane.adapters.store.alert_rows import (
    alert_of,
    alert_row,
    cursor_after,
    delivery_of,
    delivery_row,
    position,
    rule_of,
    rule_row,
    silence_of,
    silence_row,
)
from control_plane.adapters.store.alert_tables import (
    IS_DUE,
    IS_OPEN,
    alert_deliveries,
    alert_rules,
    alert_silences,
    alerts,
)
from control_plane.adapters.store.database import Conflict, Database
from control_plane.adapters.store.rows import insert_once
from control_plane.core.alert.rule import Rule
from control_plane.ports.alerts import AlertFilter, AlertPage, AlertRecord, Delivery, Silence

MAX_PAGE: Final = 1000


class SqlAlertStore:
    """The AlertStore port on a Database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._new_delivery = insert_once(database.dialect, alert_deliveries)
        self._new_rule = insert_once(database.dialect, alert_rules)

    async def seed(self, rules: Sequence[Rule], *, at: float) -> None:
        rows = [rule_row(rule, at=at) for rule in rules]
        await self._write(*((self._new_rule, row) for row in rows))

    async def rules(self) -> Sequence[Rule]:
        kept = select(alert_rules).where(alert_rules.c.removed == false())
        return [rule_of(row) for row in await self._rows(kept.order_by(alert_rules.c.id))]

    async def rule(self, rule_id: str) -> Rule | None:
        kept = select(alert_rules).where(alert_rules.c.id == rule_id, alert_rules.c.removed == false())
        return next((rule_of(row) for row in await self._rows(kept)), None)

    async def save_rule(self, rule: Rule, *, at: float) -> None:
        row = rule_row(rule, at=at)
        await self._database.write(lambda connection: _put(connection, alert_rules, row=row))

    async def remove_rule(self, rule_id: str, *, at: float) -> bool:
        kept = (alert_rules.c.id == rule_id, alert_rules.c.removed == false())
        return await self._changes(update(alert_rules).where(*kept).values(removed=True, changed_at=at)) > 0

    async def record(self, alert: AlertRecord, deliveries: Sequence[Delivery]) -> bool:
        def transaction(connection: Connection) -> None:
            _put(connection, alerts, row=alert_row(alert))
            self._tell(connection, deliveries)

        try:
            await self._database.write(transaction)
        except Conflict:
            return False
        return True

    async def end(self, alert: AlertRecord, deliveries: Sequence[Delivery]) -> bool:
        def transaction(connection: Connection) -> bool:
            ended = update(alerts).where(alerts.c.id == alert.id, IS_OPEN).values(**alert_row(alert))
            if not connection.execute(ended).rowcount:
                return False
            self._tell(connection, deliveries)
            return True

        return await self._database.write(transaction)

    def _tell(self, connection: Connection, deliveries: Sequence[Delivery]) -> None:
        if deliveries:
            connection.execute(_superseded(deliveries))
        for delivery in deliveries:
            connection.execute(self._new_delivery, delivery_row(delivery))

    async def open_alert(self, key: str) -> AlertRecord | None:
        rows = await self._rows(select(alerts).where(alerts.c.key == key, IS_OPEN))
        return next((alert_of(row) for row in rows), None)

    async def list(self, wanted: AlertFilter) -> AlertPage:
        """Raises ValueError for a cursor that is not ours and for a limit outside of 1 to MAX_PAGE."""
        rows = await self._rows(_filtered(wanted))
        found = [alert_of(row) for row in rows[: wanted.limit]]
        return AlertPage(items=found, next_cursor=cursor_after(found[-1]) if len(rows) > wanted.limit else "")

    async def claim(self, by: str, *, at: float, lease_s: float, limit: int) -> Sequence[Delivery]:
        free = (IS_DUE, alert_deliveries.c.next_at <= at, alert_deliveries.c.claimed_until <= at)
        oldest = select(alert_deliveries.c.id).where(*free).order_by(alert_deliveries.c.next_at).limit(limit)
        # The condition stands twice: a row that another transaction claims meanwhile is looked at anew in PostgreSQL.
        claimed = (
            update(alert_deliveries)
            .where(alert_deliveries.c.id.in_(oldest.with_for_update(skip_locked=True)), *free)
            .values(claimed_by=by, claimed_until=at + lease_s)
            .returning(alert_deliveries)
        )
        if not await self._rows(oldest.limit(1)):
            return []  # most of the time there is nothing, and a read waits for nobody
        rows = await self._database.write(lambda connection: connection.execute(claimed).mappings().all())
        return sorted((delivery_of(row) for row in rows), key=lambda delivery: (delivery.created_at, delivery.id))

    async def settle(self, delivery: Delivery) -> bool:
        ours = (
            alert_deliveries.c.id == delivery.id,
            IS_DUE,
            alert_deliveries.c.claimed_by == delivery.claimed_by,
            alert_deliveries.c.claimed_until == delivery.claimed_until,
        )
        row = delivery_row(replace(delivery, claimed_by="", claimed_until=0.0))
        return await self._changes(update(alert_deliveries).where(*ours).values(**row)) > 0

    async def silences(self, *, at: float) -> Sequence[Silence]:
        rows = await self._rows(select(alert_silences).where(alert_silences.c.until > at))
        return sorted((silence_of(row) for row in rows), key=lambda silence: (silence.created_at, silence.id))

    async def add_silence(self, silence: Silence) -> None:
        await self._write((insert_once(self._database.dialect, alert_silences), silence_row(silence)))

    async def remove_silence(self, silence_id: str) -> bool:
        return await self._changes(delete(alert_silences).where(alert_silences.c.id == silence_id)) > 0

    async def _write(self, *steps: tuple[Executable, dict[str, Any]]) -> None:
        def transaction(connection: Connection) -> None:
            for statement, row in steps:
                connection.execute(statement, row)

        await self._database.write(transaction)

    async def _changes(self, statement: Executable) -> int:
        return await self._database.write(lambda connection: int(connection.execute(statement).rowcount))

    async def _rows(self, query: Executable) -> Sequence[RowMapping]:
        return await self._database.read(lambda connection: connection.execute(query).mappings().all())


def _superseded(deliveries: Sequence[Delivery]) -> Update:
    """What still waits of the same alert has been overtaken by these."""
    older = (
        IS_DUE,
        alert_deliveries.c.alert_id == deliveries[0].alert_id,
        alert_deliveries.c.channel.in_([delivery.channel for delivery in deliveries]),
        alert_deliveries.c.id.not_in([delivery.id for delivery in deliveries]),
    )
    return update(alert_deliveries).where(*older).values(state="superseded")


def _put(connection: Connection, table: Table, *, row: dict[str, Any]) -> None:
    """Replace the row with this id, or insert it."""
    if not connection.execute(update(table).where(table.c.id == row["id"]).values(**row)).rowcount:
        connection.execute(insert(table), row)


def _filtered(wanted: AlertFilter) -> Select[Any]:
    if not 1 <= wanted.limit <= MAX_PAGE:
        raise ValueError(f"limit: has to be 1 to {MAX_PAGE}")
    query = select(alerts).order_by(alerts.c.raised_at.desc(), alerts.c.id.desc()).limit(wanted.limit + 1)
    if wanted.cursor:
        query = query.where(tuple_(alerts.c.raised_at, alerts.c.id) < position(wanted.cursor))
    if wanted.open is not None:
        query = query.where(IS_OPEN if wanted.open else ~IS_OPEN)
    for column, value in ((alerts.c.node, wanted.node), (alerts.c.rule_id, wanted.rule_id)):
        query = query.where(column == value) if value else query
    return query.where(alerts.c.tenant == wanted.tenant) if wanted.tenant else query
