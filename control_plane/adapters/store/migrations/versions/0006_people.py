"""Users, how they signed in, their keys and invitations."""

import sqlalchemy as sa
from alembic import op

from control_plane.adapters.store.migrations.row_security import protect

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _moments(*names: str) -> list[sa.Column[float]]:
    return [sa.Column(name, sa.Double(), nullable=False) for name in names]


def _maybe(*names: str) -> list[sa.Column[float]]:
    return [sa.Column(name, sa.Double(), nullable=True) for name in names]


def _counts(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]


def upgrade() -> None:
    _people()
    _sessions()
    _keys()
    protect("users", "session_families", "one_time_links", "api_keys")


def _people() -> None:
    op.create_table(
        "users",
        *_text("id", "tenant_id", "email", "name", "role", "status", "language", "password_hash"),
        *_text("totp_secret", "totp_pending"),
        *_counts("totp_last_step"),
        sa.Column("recovery_hashes", sa.JSON(), nullable=False),
        *_maybe("last_login_at"),
        *_text("words"),
        *_moments("created_at", "updated_at"),
        *_counts("version"),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
    )
    op.create_index("uq_users_email", "users", ["email"], unique=True)
    op.create_index("ix_users_created_at", "users", ["tenant_id", "created_at", "id"])
    op.create_index("ix_users_name", "users", ["tenant_id", "name", "id"])
    op.create_table(
        "one_time_links",
        *_text("hash", "tenant_id", "kind", "user_id"),
        *_moments("created_at", "expires_at"),
        *_maybe("used_at"),
        sa.PrimaryKeyConstraint("hash", name="pk_one_time_links"),
    )
    op.create_index("ix_one_time_links_user", "one_time_links", ["tenant_id", "user_id", "kind"])
    op.create_table(
        "login_failures",
        *_text("email_hash"),
        *_counts("count"),
        *_moments("first_at", "locked_until"),
        sa.PrimaryKeyConstraint("email_hash", name="pk_login_failures"),
    )


def _sessions() -> None:
    op.create_table(
        "session_families",
        *_text("id", "tenant_id", "user_id"),
        *_moments("created_at", "used_at", "expires_at"),
        *_text("address", "user_agent"),
        *_maybe("ended_at"),
        *_text("reason"),
        sa.PrimaryKeyConstraint("id", name="pk_session_families"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_session_families_user_id", ondelete="CASCADE"),
    )
    op.create_index("ix_session_families_user", "session_families", ["tenant_id", "user_id", "used_at"])
    op.create_table(
        "refresh_tokens",
        *_text("hash", "family_id"),
        *_maybe("used_at"),
        *_moments("expires_at"),
        sa.PrimaryKeyConstraint("hash", name="pk_refresh_tokens"),
        sa.ForeignKeyConstraint(
            ["family_id"], ["session_families.id"], name="fk_refresh_tokens_family_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_refresh_tokens_family_id", "refresh_tokens", ["family_id"])


def _keys() -> None:
    op.create_table(
        "api_keys",
        *_text("id", "tenant_id", "name", "prefix", "hash"),
        sa.Column("scopes", sa.JSON(), nullable=False),
        *_text("made_by"),
        *_maybe("expires_at", "last_used_at", "revoked_at"),
        *_text("words"),
        *_moments("created_at", "updated_at"),
        *_counts("version"),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
    )
    op.create_index("uq_api_keys_prefix", "api_keys", ["prefix"], unique=True)
    op.create_index("ix_api_keys_created_at", "api_keys", ["tenant_id", "created_at", "id"])
    op.create_index("ix_api_keys_name", "api_keys", ["tenant_id", "name", "id"])


def downgrade() -> None:
    for table in ("api_keys", "refresh_tokens", "session_families", "login_failures", "one_time_links", "users"):
        op.drop_table(table)
