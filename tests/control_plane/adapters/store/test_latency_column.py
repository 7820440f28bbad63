"""Turns that were stored before latency had a column of its own count like all others."""

from typing import Any

from sqlalchemy import Column, Connection, MetaData, Table, insert

from control_plane.adapters.store.calls import SqlCallStore
from control_plane.adapters.store.database import Database
from control_plane.adapters.store.migrate import alembic_config, migrate
from control_plane.adapters.store.reports import SqlReportStore
from control_plane.adapters.store.rows import row_of
from control_plane.adapters.store.tables import call_turns
from tests.records import call_record, journal_entry, turn_record


async def test_latencies_of_before_are_taken_over(database: Database, calls: SqlCallStore) -> None:
    await calls.create(call_record(), journal_entry(), commands=[])
    old: list[Any] = [
        turn_record(index=0, speaker="agent", started_at=10.0),
        turn_record(index=1, started_at=20.0),
        turn_record(index=2, speaker="agent", started_at=30.0, timing={"stt": 1.5, "total": 650.5}),
    ]

    def go_back(connection: Connection) -> None:
        from alembic import command

        command.downgrade(alembic_config(connection), "0002")

    def fill(connection: Connection) -> None:
        table = Table(
            "call_turns", MetaData(), *(Column(c.name, c.type) for c in call_turns.c if c.name != "answer_ms")
        )
        connection.execute(insert(table), [row_of(turn) for turn in old])

    await database.alone(go_back)
    await database.write(fill)
    await migrate(database)
    day = await SqlReportStore(database).day("default", since=0.0, until=100.0)
    assert (day.turns, day.messages, day.latency_p50_ms) == (1, 3, 655.0)
    assert [dict(turn.timing) for turn in await calls.turns("call-1")] == [{}, {}, {"stt": 1.5, "total": 650.5}]
