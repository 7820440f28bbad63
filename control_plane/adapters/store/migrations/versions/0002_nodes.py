"""Which control plane a call belongs to."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "nodes",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("id", "instance")),
        sa.Column("beat", sa.Integer(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_nodes"),
    )
    # Calls of before belong to nobody: whoever comes first takes them over.
    op.add_column("calls", sa.Column("node", sa.Text(), nullable=False, server_default=""))
    live = sa.text("state != 'ended'")
    op.create_index("ix_calls_session_id", "calls", ["session_id"], sqlite_where=live, postgresql_where=live)


def downgrade() -> None:
    op.drop_index("ix_calls_session_id", "calls")
    op.drop_column("calls", "node")
    op.drop_table("nodes")
