"""Contacts, their numbers and lists, who must not be called, imports, requests of persons about their data."""

import sqlalchemy as sa
from alembic import op

from control_plane.adapters.store.migrations.row_security import protect

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _json(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.JSON(), nullable=False) for name in names]


def _counts(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]


def _moments(*names: str) -> list[sa.Column[float]]:
    return [sa.Column(name, sa.Double(), nullable=True) for name in names]


def _stamps() -> list[sa.Column[float] | sa.Column[int]]:
    return [
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    ]


def _belongs(table: str, column: str, *, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}", ondelete="CASCADE")


def upgrade() -> None:
    _contacts()
    _lists()
    op.create_table(
        "do_not_call",
        *_text("id", "tenant_id", "e164", "reason", "source"),
        *_stamps(),
        sa.PrimaryKeyConstraint("id", name="pk_do_not_call"),
    )
    op.create_index("uq_do_not_call_e164", "do_not_call", ["tenant_id", "e164"], unique=True)
    op.create_index("ix_do_not_call_created_at", "do_not_call", ["tenant_id", "created_at", "id"])
    _imports()
    op.create_table(
        "privacy_requests",
        *_text("id", "tenant_id", "kind", "state", "contact_id", "reason", "asked_by", "error"),
        *_json("numbers", "found"),
        *_moments("ended_at"),
        *_stamps(),
        sa.PrimaryKeyConstraint("id", name="pk_privacy_requests"),
    )
    op.create_index("ix_privacy_requests_created_at", "privacy_requests", ["tenant_id", "created_at", "id"])
    protect(*TABLES)


TABLES = (
    "contacts",
    "contact_numbers",
    "contact_lists",
    "list_members",
    "do_not_call",
    "import_jobs",
    "import_faults",
    "privacy_requests",
)


def _contacts() -> None:
    op.create_table(
        "contacts",
        *_text("id", "tenant_id", "name", "email", "language", "zone", "zone_source", "numbers_text", "note"),
        *_text("consent_basis", "consent_source", "words"),
        *_json("attributes", "tags"),
        *_moments("consent_at"),
        *_stamps(),
        sa.PrimaryKeyConstraint("id", name="pk_contacts"),
    )
    for column in ("created_at", "updated_at", "name"):
        op.create_index(f"ix_contacts_{column}", "contacts", ["tenant_id", column, "id"])
    op.create_table(
        "contact_numbers",
        *_text("tenant_id", "e164", "contact_id", "label"),
        *_counts("position"),
        sa.PrimaryKeyConstraint("tenant_id", "e164", name="pk_contact_numbers"),
        _belongs("contact_numbers", "contact_id", to="contacts"),
    )
    op.create_index("ix_contact_numbers_contact_id", "contact_numbers", ["contact_id"])


def _lists() -> None:
    op.create_table(
        "contact_lists",
        *_text("id", "tenant_id", "name", "description", "words"),
        *_stamps(),
        sa.PrimaryKeyConstraint("id", name="pk_contact_lists"),
    )
    for column in ("created_at", "name"):
        op.create_index(f"ix_contact_lists_{column}", "contact_lists", ["tenant_id", column, "id"])
    op.create_table(
        "list_members",
        *_text("tenant_id", "list_id", "contact_id"),
        *_json("variables"),
        sa.Column("added_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("list_id", "contact_id", name="pk_list_members"),
        _belongs("list_members", "list_id", to="contact_lists"),
        _belongs("list_members", "contact_id", to="contacts"),
    )
    op.create_index("ix_list_members_contact_id", "list_members", ["contact_id"])


def _imports() -> None:
    op.create_table(
        "import_jobs",
        *_text("id", "tenant_id", "file_name", "list_id", "region", "on_duplicate", "state", "error"),
        *_json("mapping", "consent"),
        *_counts("size_bytes", "pieces", "position", "total", "created", "updated", "skipped", "failed"),
        *_moments("started_at", "ended_at"),
        *_stamps(),
        sa.PrimaryKeyConstraint("id", name="pk_import_jobs"),
    )
    op.create_index("ix_import_jobs_created_at", "import_jobs", ["tenant_id", "created_at", "id"])
    op.create_table(
        "import_faults",
        *_text("tenant_id", "import_id", "column", "reason"),
        *_counts("row"),
        *_json("cells"),
        sa.PrimaryKeyConstraint("import_id", "row", name="pk_import_faults"),
        _belongs("import_faults", "import_id", to="import_jobs"),
    )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
