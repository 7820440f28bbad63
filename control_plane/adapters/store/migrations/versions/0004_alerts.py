"""Alert rules, alerts, silences, deliveries."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_rules()
    _create_alerts()
    _create_deliveries()
    _create_silences()


def downgrade() -> None:
    for table in ("alert_silences", "alert_deliveries", "alerts", "alert_rules"):
        op.drop_table(table)


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _numbers(*names: str, nullable: bool = False) -> list[sa.Column[float]]:
    return [sa.Column(name, sa.Double(), nullable=nullable) for name in names]


def _flags(*names: str) -> list[sa.Column[bool]]:
    return [sa.Column(name, sa.Boolean(), nullable=False) for name in names]


def _lists(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.JSON(), nullable=False) for name in names]


def _create_rules() -> None:
    op.create_table(
        "alert_rules",
        *_texts("id", "name", "metric", "aggregation", "comparison"),
        *_numbers("threshold"),
        *_lists("labels", "by"),
        *_texts("over"),
        *_lists("over_labels"),
        *_numbers("minimum", "hysteresis", "window_s", "for_s"),
        *_texts("severity", "tenant"),
        *_numbers("repeat_after_s"),
        *_lists("channels"),
        *_flags("enabled", "removed"),
        *_numbers("changed_at"),
        sa.PrimaryKeyConstraint("id", name="pk_alert_rules"),
    )


def _create_alerts() -> None:
    op.create_table(
        "alerts",
        *_texts("id", "key", "rule_id", "rule_name", "severity", "state"),
        *_numbers("value", "threshold"),
        *_texts("comparison", "node"),
        *_lists("labels"),
        *_texts("tenant"),
        *_flags("silenced"),
        sa.Column("notices", sa.Integer(), nullable=False),
        *_numbers("raised_at"),
        *_numbers("last_notified_at", "resolved_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
    )
    op.create_index("ix_alerts_raised_at", "alerts", ["raised_at", "id"])
    condition = sa.text("state = 'raised'")
    op.create_index("uq_alerts_key", "alerts", ["key"], unique=True, sqlite_where=condition, postgresql_where=condition)


def _create_deliveries() -> None:
    op.create_table(
        "alert_deliveries",
        *_texts("id", "alert_id", "channel", "title", "body", "severity"),
        *_flags("resolved"),
        *_numbers("created_at", "next_at"),
        *_texts("state"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        *_texts("error", "claimed_by"),
        *_numbers("claimed_until"),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_alert_deliveries_alert_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_alert_deliveries"),
    )
    op.create_index("ix_alert_deliveries_alert_id", "alert_deliveries", ["alert_id"])
    condition = sa.text("state = 'pending'")
    op.create_index(
        "ix_alert_deliveries_pending",
        "alert_deliveries",
        ["next_at"],
        sqlite_where=condition,
        postgresql_where=condition,
    )


def _create_silences() -> None:
    op.create_table(
        "alert_silences",
        *_texts("id", "rule_id", "tenant"),
        *_numbers("until"),
        *_texts("reason", "by"),
        *_numbers("created_at"),
        sa.PrimaryKeyConstraint("id", name="pk_alert_silences"),
    )
