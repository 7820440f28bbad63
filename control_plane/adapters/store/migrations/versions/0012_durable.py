"""Long work that survives a crash."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "runs",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("id", "kind", "queue", "state")),
        sa.Column("argument", sa.JSON(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("falls", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("awaits", "node", "claim")),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("due_at", sa.Double(), nullable=False),
        sa.Column("ended_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
    )
    _index("ix_runs_due", ["kind", "due_at"], where="state = 'waiting'")
    _index("ix_runs_node", ["node"], where="state = 'running'")
    _index("ix_runs_ended_at", ["ended_at"], where="ended_at IS NOT NULL")
    op.create_index("ix_runs_created_at", "runs", ["created_at", "id"])
    op.create_table(
        "run_steps",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_run_steps_run_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "name", name="pk_run_steps"),
    )


def downgrade() -> None:
    op.drop_table("run_steps")
    op.drop_table("runs")


def _index(name: str, columns: list[str], *, where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, "runs", columns, sqlite_where=condition, postgresql_where=condition)
