"""Tenants, whose calls they are, the audit log."""

import sqlalchemy as sa
from alembic import op

from control_plane.adapters.store.migrations.row_security import make_role, protect, unprotect

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

DEFAULT = "default"

# Empty fields: what the installation's settings say.
NOW = {
    "sqlite": "(SELECT CAST(strftime('%s', 'now') AS REAL) AS at)",
    "postgresql": "(SELECT CAST(extract(epoch FROM now()) AS double precision) AS at) AS moment",
}
FIRST = """
INSERT INTO tenants
(id, tenant_id, name, zone, language, region, currency, status, retention, created_at, updated_at, version)
SELECT 'default', 'default', '', '', 'es', '', 'USD', 'active', '{}', at, at, 1 FROM
"""


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def upgrade() -> None:
    make_role()
    op.create_table(
        "tenants",
        *_text("id", "tenant_id", "name", "zone", "language", "region", "currency", "status"),
        sa.Column("retention", sa.JSON(), nullable=False),
        *(sa.Column(name, sa.Double(), nullable=False) for name in ("created_at", "updated_at")),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tenants"),
    )
    op.execute(FIRST + NOW[op.get_bind().dialect.name])
    for table in ("calls", "call_turns"):
        op.add_column(table, sa.Column("tenant_id", sa.Text(), nullable=False, server_default=DEFAULT))
    op.create_index("ix_calls_tenant_id", "calls", ["tenant_id", "created_at", "id"])
    op.drop_index("ix_calls_state", "calls")
    op.create_index("ix_calls_state", "calls", ["tenant_id", "state", "created_at", "id"])
    op.create_index(
        "ix_call_turns_tenant_id", "call_turns", ["tenant_id", "started_at", "speaker", "answer_ms", "interrupted"]
    )
    _unique_key("tenant_id", "idempotency_key")
    op.create_table(
        "audit_entries",
        *_text("id", "tenant_id"),
        sa.Column("at", sa.Double(), nullable=False),
        *_text("actor_kind", "actor_id", "actor_name", "address", "action", "resource", "row_id"),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_entries"),
    )
    op.create_index("ix_audit_entries_at", "audit_entries", ["tenant_id", "at", "id"])
    op.create_index("ix_audit_entries_row", "audit_entries", ["tenant_id", "resource", "row_id", "at"])
    op.create_table(
        "idempotency_keys",
        *_text("tenant_id", "key", "fingerprint"),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "key", name="pk_idempotency_keys"),
    )
    protect("tenants", rights="SELECT, UPDATE")
    protect("calls", "call_turns", rights="SELECT")
    protect("audit_entries", rights="SELECT, INSERT")
    protect("idempotency_keys")


def _unique_key(*columns: str) -> None:
    has_key = sa.text("idempotency_key != ''")
    op.drop_index("uq_calls_idempotency_key", "calls")
    op.create_index(
        "uq_calls_idempotency_key",
        "calls",
        list(columns),
        unique=True,
        sqlite_where=has_key,
        postgresql_where=has_key,
    )


def downgrade() -> None:
    unprotect("calls", "call_turns")
    for table in ("idempotency_keys", "audit_entries", "tenants"):
        op.drop_table(table)
    _unique_key("idempotency_key")
    op.drop_index("ix_call_turns_tenant_id", "call_turns")
    op.drop_index("ix_calls_state", "calls")
    op.drop_index("ix_calls_tenant_id", "calls")
    op.create_index("ix_calls_state", "calls", ["state", "created_at", "id"])
    for table in ("calls", "call_turns"):
        op.drop_column(table, "tenant_id")
