"""What analytics and the search in transcripts are answered from; notes about calls.

Calls that have ended are counted by the running program, newest first, some at a time.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from control_plane.adapters.store.migrations.row_security import protect, unprotect

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INDICES = {
    "ix_calls_hangup_cause": ["tenant_id", "hangup_cause", "created_at", "id"],
    "ix_calls_to": ["tenant_id", "to", "created_at", "id"],
    "ix_calls_sender": ["tenant_id", "sender", "created_at", "id"],
}
PARTIAL = {
    "ix_calls_recorded": (["tenant_id", "created_at", "id"], "recording_key != ''"),
    "ix_calls_uncounted": (["created_at", "id"], "counted = false"),
}

# Deleting a call deletes its sums, and these its words.
WORDS = {
    "sqlite": (
        "CREATE VIRTUAL TABLE call_words USING fts5(tenant, said, who, tokenize='unicode61 remove_diacritics 2')",
        "CREATE TRIGGER call_words_gone AFTER DELETE ON call_sums "
        "BEGIN DELETE FROM call_words WHERE rowid = old.n; END",
    ),
    "postgresql": (
        "CREATE TABLE call_words (n bigint PRIMARY KEY REFERENCES call_sums ON DELETE CASCADE, "
        "tenant_id text NOT NULL, said tsvector NOT NULL, who tsvector NOT NULL)",
        "CREATE INDEX ix_call_words_tenant_id ON call_words (tenant_id, n)",
        "CREATE INDEX ix_call_words_said ON call_words USING gin (said)",
        "CREATE INDEX ix_call_words_who ON call_words USING gin (who)",
    ),
}


def _columns(kind: Any, *names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind, nullable=False) for name in names]


def upgrade() -> None:
    op.add_column("calls", sa.Column("counted", sa.Boolean(), nullable=False, server_default=sa.false()))
    for name, columns in INDICES.items():
        op.create_index(name, "calls", columns)
    for name, (columns, only) in PARTIAL.items():
        op.create_index(name, "calls", columns, sqlite_where=sa.text(only), postgresql_where=sa.text(only))
    _facts()
    _sums()
    _notes()
    for statement in WORDS[op.get_bind().dialect.name]:
        op.execute(statement)
    protect("call_facts", "call_sums", rights="SELECT")
    protect("call_notes")


def _facts() -> None:
    op.create_table(
        "call_facts",
        *_columns(sa.Text(), "tenant_id", "kind"),
        *_columns(sa.Integer(), "step"),
        *_columns(sa.Text(), "direction"),
        *_columns(sa.BigInteger(), "bucket"),
        *_columns(sa.Text(), "key"),
        *_columns(sa.Integer(), "calls", "answered", "talked", "succeeded"),
        *_columns(sa.Double(), "seconds"),
        *_columns(sa.Integer(), "messages", "barge_ins"),
        *_columns(sa.LargeBinary(), "latencies"),
        sa.PrimaryKeyConstraint("tenant_id", "kind", "step", "direction", "bucket", "key", name="pk_call_facts"),
    )


def _sums() -> None:
    op.create_table(
        "call_sums",
        sa.Column("n", sa.BigInteger(), autoincrement=False, nullable=False),
        *_columns(sa.Text(), "tenant_id", "call_id"),
        *_columns(sa.Double(), "talk_s"),
        sa.Column("latency_p95_ms", sa.Double()),
        sa.PrimaryKeyConstraint("n", name="pk_call_sums"),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_call_sums_call_id", ondelete="CASCADE"),
    )
    op.create_index("uq_call_sums_call_id", "call_sums", ["call_id"], unique=True)
    op.create_index("ix_call_sums_tenant_id", "call_sums", ["tenant_id", "n", "talk_s", "latency_p95_ms"])


def _notes() -> None:
    op.create_table(
        "call_notes",
        *_columns(sa.Text(), "id", "tenant_id", "call_id", "text", "author_kind", "author_id", "author_name"),
        *_columns(sa.Double(), "created_at", "updated_at"),
        *_columns(sa.Integer(), "version"),
        sa.PrimaryKeyConstraint("id", name="pk_call_notes"),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_call_notes_call_id", ondelete="CASCADE"),
    )
    op.create_index("ix_call_notes_call_id", "call_notes", ["tenant_id", "call_id", "created_at"])
    op.create_index("ix_call_notes_of_call", "call_notes", ["call_id"])


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER call_words_gone")
    op.drop_table("call_words")
    unprotect("call_facts", "call_sums", "call_notes")
    for table in ("call_notes", "call_sums", "call_facts"):
        op.drop_table(table)
    for name in (*PARTIAL, *INDICES):
        op.drop_index(name, "calls")
    op.drop_column("calls", "counted")
