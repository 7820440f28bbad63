"""Every query that runs while calls are going on finds its rows by an index."""

from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.dialects import sqlite

from control_plane.adapters.store import analytics_count, call_search, callbacks, reports, webhooks
from control_plane.adapters.store import calls as store
from control_plane.adapters.store.analytics_facts import facts_of
from control_plane.adapters.store.tables import IS_LIVE, IS_PENDING, call_commands, calls
from control_plane.ports.analytics import FactsWanted
from control_plane.ports.callbacks import CallbackFilter
from control_plane.ports.stores import CallFilter
from control_plane.ports.tables import Base
from tests.records import call_record, journal_entry

CURSOR = "WzEuMCwiYSJd"
FACTS = FactsWanted(tenant_id="default", step=3600, ranges=[(0, 86_400)])


def one_of(wanted: CallFilter, *, nth: int = 0) -> Any:
    return store._listed(wanted)[nth]


QUERIES: list[tuple[Any, str]] = [
    (calls.select().where(IS_LIVE), "ix_calls_live"),
    (call_commands.select().where(IS_PENDING), "ix_call_commands_pending"),
    (webhooks._UNWORKED, "ix_webhooks_unworked"),
    (store._BY_CONTROL_ID, "ix_calls_control_id"),
    (store._key_taken(call_record(idempotency_key="key")), "uq_calls_idempotency_key"),
    (store._source_taken(journal_entry(source_id="event")), "uq_call_events_source_id"),
    (one_of(CallFilter(tenant_id="default", cursor=CURSOR)), "ix_calls_tenant_id"),
    (one_of(CallFilter(tenant_id="default", state="ended", cursor=CURSOR)), "ix_calls_state"),
    (one_of(CallFilter(tenant_id="default", since=1.0, until=2.0)), "ix_calls_tenant_id"),
    (one_of(CallFilter(tenant_id="default", bot_id="b", cursor=CURSOR)), "ix_calls_bot_id"),
    (one_of(CallFilter(tenant_id="default", cause="busy", cursor=CURSOR)), "ix_calls_hangup_cause"),
    (one_of(CallFilter(tenant_id="default", number="+34")), "ix_calls_to"),
    (one_of(CallFilter(tenant_id="default", number="+34"), nth=1), "ix_calls_sender"),
    (call_search._uncounted(CallFilter(tenant_id="default", text="a"), before=None), "ix_calls_uncounted"),
    (
        call_search._query(CallFilter(tenant_id="t", min_talk_s=9.0), call_search.ALL, before=None),
        "ix_call_sums_tenant_id",
    ),
    (analytics_count._ENDED, "ix_calls_uncounted"),
    (facts_of(FACTS, dialect="sqlite"), "sqlite_autoindex_call_facts_1"),
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
        values = {**compiled.params, "wanted": "x", "before": 1.0, "most": 1}
        explained = connection.execute(text(f"EXPLAIN QUERY PLAN {compiled}"), values)
        plan = " ".join(str(row.detail) for row in explained)
    assert f"INDEX {index} " in plan + " "
