"""Calls with their events, commands and turns; webhooks as received."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_calls()
    _create_call_events()
    _create_call_commands()
    _create_call_turns()
    _create_webhooks()


def downgrade() -> None:
    for table in ("webhooks", "call_turns", "call_commands", "call_events", "calls"):
        op.drop_table(table)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _time(name: str, *, nullable: bool = False) -> sa.Column[float]:
    return sa.Column(name, sa.Double(), nullable=nullable)


def _json(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.JSON(), nullable=False)


def _of_call(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=f"fk_{table}_call_id", ondelete="CASCADE")


def _partial(name: str, table: str, *, column: str, where: str, unique: bool = False) -> None:
    condition = sa.text(where)
    op.create_index(name, table, [column], unique=unique, sqlite_where=condition, postgresql_where=condition)


def _create_calls() -> None:
    op.create_table(
        "calls",
        *(_text(name) for name in ("id", "direction", "carrier", "sender", "to", "state", "bot_id")),
        _time("created_at"),
        *(_text(name) for name in ("contact_name", "control_id", "leg_id", "session_id")),
        _time("answered_at", nullable=True),
        _time("ended_at", nullable=True),
        *(_text(name) for name in ("hangup_cause", "mode", "recording_key", "idempotency_key")),
        *(_json(name) for name in ("variables", "metadata", "machine")),
        sa.PrimaryKeyConstraint("id", name="pk_calls"),
    )
    op.create_index("ix_calls_created_at", "calls", ["created_at", "id"])
    op.create_index("ix_calls_state", "calls", ["state", "created_at", "id"])
    _partial("ix_calls_live", "calls", column="created_at", where="state != 'ended'")
    _partial("ix_calls_control_id", "calls", column="control_id", where="control_id != ''")
    _partial("uq_calls_idempotency_key", "calls", column="idempotency_key", where="idempotency_key != ''", unique=True)


def _create_call_events() -> None:
    op.create_table(
        "call_events",
        _text("call_id"),
        sa.Column("seq", sa.Integer(), nullable=False),
        _text("kind"),
        _json("body"),
        _time("at"),
        _text("source_id"),
        _of_call("call_events"),
        sa.PrimaryKeyConstraint("call_id", "seq", name="pk_call_events"),
    )
    _partial("uq_call_events_source_id", "call_events", column="source_id", where="source_id != ''", unique=True)


def _create_call_commands() -> None:
    op.create_table(
        "call_commands",
        *(_text(name) for name in ("id", "call_id", "kind")),
        _json("body"),
        _time("at"),
        *(_text(name) for name in ("state", "error")),
        _of_call("call_commands"),
        sa.PrimaryKeyConstraint("id", name="pk_call_commands"),
    )
    op.create_index("ix_call_commands_call_id", "call_commands", ["call_id"])
    _partial("ix_call_commands_pending", "call_commands", column="at", where="state = 'pending'")


def _create_call_turns() -> None:
    op.create_table(
        "call_turns",
        _text("call_id"),
        sa.Column("index", sa.Integer(), nullable=False),
        *(_text(name) for name in ("speaker", "text", "heard")),
        _time("started_at"),
        _time("ended_at", nullable=True),
        sa.Column("interrupted", sa.Boolean(), nullable=False),
        *(_json(name) for name in ("timing", "tools")),
        _of_call("call_turns"),
        sa.PrimaryKeyConstraint("call_id", "index", name="pk_call_turns"),
    )


def _create_webhooks() -> None:
    op.create_table(
        "webhooks",
        *(_text(name) for name in ("carrier", "event_id", "kind")),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        _time("received_at"),
        sa.Column("worked", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("carrier", "event_id", name="pk_webhooks"),
    )
    _partial("ix_webhooks_unworked", "webhooks", column="received_at", where="worked = false")
