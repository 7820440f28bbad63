"""Every query that runs while calls are going on finds its rows by an index."""

from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.dialects import sqlite

from control_plane.adapters.store import callbacks, reports, webhooks
from control_plane.adapters.store import calls as store
from control_plane.adapters.store.tables import IS_LIVE, IS_PENDING, call_commands, calls
from control_plane.ports.callbacks import CallbackFilter
from control_plane.ports.stores import CallFilter
from control_plane.ports.tables import Base
from tests.records import call_record, journal_entry

CURSOR = "WzEuMCwiYSJd"

QUERIES: list[tuple[Any, str]] = [
    (calls.select().where(IS_LIVE), "ix_calls_live"),
    (call_commands.select().where(IS_PENDING), "ix_call_commands_pending"),
    (webhooks._UNWORKED, "ix_webhooks_unworked"),
    (store._BY_CONTROL_ID, "ix_calls_control_id"),
    (store._key_taken(call_record(idempotency_key="key")), "uq_calls_idempotency_key"),
    (store._source_taken(journal_entry(source_id="event")), "uq_call_events_source_id"),
    (store._filtered(CallFilter(tenant_id="default", cursor=CURSOR)), "ix_calls_tenant_id"),
    (store._filtered(CallFilter(tenant_id="default", state="ended", cursor=CURSOR)), "ix_calls_state"),
    (store._filtered(CallFilter(tenant_id="default", since=1.0, until=2.0, text="a")), "ix_calls_tenant_id"),
    (reports.calls_of(reports.Span(None, 1.0, 2.0), dialect="sqlite"), "ix_calls_created_at"),
    (reports.calls_of(reports.Span("t", 1.0, 2.0), dialect="sqlite"), "ix_calls_tenant_id"),
    (reports.turns_of(reports.Span(None, 1.0, 2.0), dialect="sqlite"), "ix_call_turns_started_at"),
    (reports.turns_of(reports.Span("t", 1.0, 2.0), dialect="sqlite"), "ix_call_turns_tenant_id"),
    (callbacks.filtered(CallbackFilter()), "ix_callbacks_at"),
    (callbacks.filtered(CallbackFilter(open=True)), "ix_callbacks_open"),
]


@pytest.mark.parametrize(("query", "index"), QUERIES, ids=[index for _, index in QUERIES])
def test_a_query_uses_its_index(query: Any, index: str) -> None:
    compiled = query.compile(dialect=sqlite.dialect(paramstyle="named"), compile_kwargs={"render_postcompile": True})
    with create_engine("sqlite://").connect() as connection:
        Base.metadata.create_all(connection)
        explained = connection.execute(text(f"EXPLAIN QUERY PLAN {compiled}"), {**compiled.params, "wanted": "x"})
        plan = " ".join(str(row.detail) for row in explained)
    assert f"INDEX {index} " in plan + " "
