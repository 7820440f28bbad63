"""Bots with versions, flows with versions, numbers."""

import sqlalchemy as sa
from alembic import op

from control_plane.adapters.store.migrations.row_security import protect

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _stamps() -> list[sa.Column[float] | sa.Column[int]]:
    return [
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    ]


def _drafted(table: str) -> None:
    """What has a draft and versions."""
    op.create_table(
        table,
        *_text("id", "tenant_id", "slug", "name", "language", "status", "words"),
        sa.Column("draft", sa.JSON(), nullable=False),
        sa.Column("published_version", sa.Integer(), nullable=True),
        sa.Column("changed", sa.Boolean(), nullable=False),
        *_stamps(),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )
    op.create_index(f"uq_{table}_slug", table, ["tenant_id", "slug"], unique=True)
    op.create_index(f"ix_{table}_created_at", table, ["tenant_id", "created_at", "id"])
    op.create_index(f"ix_{table}_name", table, ["tenant_id", "name", "id"])


def _versions(table: str, owner: str, *, of: str) -> None:
    op.create_table(
        table,
        *_text(owner, "tenant_id"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        *_text("note", "published_by"),
        sa.Column("published_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint(owner, "number", name=f"pk_{table}"),
        sa.ForeignKeyConstraint([owner], [f"{of}.id"], name=f"fk_{table}_{owner}", ondelete="CASCADE"),
    )


def upgrade() -> None:
    _drafted("bots")
    _versions("bot_versions", "bot_id", of="bots")
    _drafted("flows")
    _versions("flow_versions", "flow_id", of="flows")
    op.create_table(
        "numbers",
        *_text("id", "tenant_id", "e164", "carrier", "label", "bot_id"),
        sa.Column("active", sa.Boolean(), nullable=False),
        *_stamps(),
        sa.PrimaryKeyConstraint("id", name="pk_numbers"),
    )
    in_use = sa.text("active = true")
    op.create_index("uq_numbers_e164", "numbers", ["e164"], unique=True, sqlite_where=in_use, postgresql_where=in_use)
    op.create_index("ix_numbers_created_at", "numbers", ["tenant_id", "created_at", "id"])
    op.create_index("ix_numbers_e164", "numbers", ["tenant_id", "e164", "id"])
    op.add_column("calls", sa.Column("bot_version", sa.Integer(), nullable=False, server_default="0"))
    op.create_index("ix_calls_bot_id", "calls", ["tenant_id", "bot_id", "created_at", "id"])
    protect("bots", "bot_versions", "flows", "flow_versions", "numbers")


def downgrade() -> None:
    op.drop_index("ix_calls_bot_id", "calls")
    op.drop_column("calls", "bot_version")
    for table in ("numbers", "flow_versions", "flows", "bot_versions", "bots"):
        op.drop_table(table)
