"""Where a tenant wants to be told of what happens, and what was told."""

import sqlalchemy as sa
from alembic import op

from control_plane.adapters.store.migrations.row_security import protect

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _moments(*names: str) -> list[sa.Column[float]]:
    return [sa.Column(name, sa.Double(), nullable=False) for name in names]


def _maybe(*names: str) -> list[sa.Column[float]]:
    return [sa.Column(name, sa.Double(), nullable=True) for name in names]


def upgrade() -> None:
    op.create_table(
        "webhook_endpoints",
        *_text("id", "tenant_id", "url", "description"),
        sa.Column("events", sa.JSON(), nullable=False),
        *_text("secret", "old_secret"),
        *_maybe("old_secret_until"),
        sa.Column("active", sa.Boolean(), nullable=False),
        *_maybe("failing_since"),
        *_text("disabled_reason"),
        *_maybe("calls_since"),
        *_moments("created_at", "updated_at"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_endpoints"),
    )
    op.create_index("ix_webhook_endpoints_created_at", "webhook_endpoints", ["tenant_id", "created_at", "id"])
    op.create_table(
        "outbound_events",
        *_text("id", "tenant_id", "kind"),
        sa.Column("body", sa.JSON(), nullable=False),
        *_moments("at"),
        sa.PrimaryKeyConstraint("id", name="pk_outbound_events"),
    )
    op.create_index("ix_outbound_events_at", "outbound_events", ["tenant_id", "at", "id"])
    _deliveries()
    op.create_table(
        "outbound_marks",
        *_text("tenant_id"),
        *_moments("calls_from"),
        sa.PrimaryKeyConstraint("tenant_id", name="pk_outbound_marks"),
    )
    protect("webhook_endpoints", "outbound_events", "webhook_deliveries", "outbound_marks")


def _deliveries() -> None:
    op.create_table(
        "webhook_deliveries",
        *_text("id", "tenant_id", "endpoint_id", "event_id", "kind", "state"),
        sa.Column("begun", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        *_maybe("next_at"),
        sa.Column("status", sa.Integer(), nullable=True),
        *_maybe("took_ms"),
        *_text("answer", "error"),
        sa.Column("log", sa.JSON(), nullable=False),
        *_moments("created_at"),
        *_maybe("ended_at"),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_deliveries"),
        sa.ForeignKeyConstraint(
            ["endpoint_id"], ["webhook_endpoints.id"], name="fk_webhook_deliveries_endpoint_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["outbound_events.id"], name="fk_webhook_deliveries_event_id", ondelete="CASCADE"
        ),
    )
    op.create_index(
        "ix_webhook_deliveries_endpoint_id", "webhook_deliveries", ["tenant_id", "endpoint_id", "created_at", "id"]
    )
    op.create_index("ix_webhook_deliveries_event_id", "webhook_deliveries", ["event_id"])
    new = sa.text("begun = false")
    op.create_index(
        "ix_webhook_deliveries_new", "webhook_deliveries", ["created_at"], sqlite_where=new, postgresql_where=new
    )


def downgrade() -> None:
    for table in ("outbound_marks", "webhook_deliveries", "outbound_events", "webhook_endpoints"):
        op.drop_table(table)
