"""What each call was like at the caller's ear."""

import sqlalchemy as sa
from alembic import op

from control_plane.adapters.store.migrations.row_security import protect, unprotect

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "call_ears",
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("latency_p95_ms", sa.Double()),
        sa.Column("latency_max_ms", sa.Double()),
        sa.Column("dead_air_ms", sa.Integer(), nullable=False),
        sa.Column("talk_over_ms", sa.Integer(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("call_id", name="pk_call_ears"),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_call_ears_call_id", ondelete="CASCADE"),
    )
    protect("call_ears", rights="SELECT")


def downgrade() -> None:
    unprotect("call_ears")
    op.drop_table("call_ears")
