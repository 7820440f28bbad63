"""Callers who are to be called back; the latency of an answer as a column of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

FILL = {
    "sqlite": "UPDATE call_turns SET answer_ms = json_extract(timing, '$.total') WHERE speaker = 'agent'",
    "postgresql": "UPDATE call_turns SET answer_ms = CAST(timing ->> 'total' AS double precision) "
    "WHERE speaker = 'agent'",
}


def upgrade() -> None:
    op.create_table(
        "callbacks",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("sender", "to", "call_sid", "carrier")),
        sa.Column("done_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_callbacks"),
    )
    op.create_index("ix_callbacks_at", "callbacks", ["at", "id"])
    is_open = sa.text("done_at IS NULL")
    op.create_index("ix_callbacks_open", "callbacks", ["at", "id"], sqlite_where=is_open, postgresql_where=is_open)
    op.add_column("call_turns", sa.Column("answer_ms", sa.Double(), nullable=True))
    op.execute(FILL[op.get_bind().dialect.name])
    op.create_index("ix_call_turns_started_at", "call_turns", ["started_at", "speaker", "answer_ms", "interrupted"])


def downgrade() -> None:
    op.drop_index("ix_call_turns_started_at", "call_turns")
    op.drop_column("call_turns", "answer_ms")
    op.drop_table("callbacks")
