"""Sellers, products, orders."""

import sqlalchemy as sa
from alembic import op

from control_plane.adapters.store.migrations.row_security import protect

revision = "0009"
down_revision = "0008"
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


def upgrade() -> None:
    op.create_table(
        "products",
        *_text("id", "tenant_id", "sku", "name", "description", "category", "currency", "words"),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("stock", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        *_stamps(),
        sa.PrimaryKeyConstraint("id", name="pk_products"),
    )
    op.create_index("uq_products_sku", "products", ["tenant_id", "sku"], unique=True)
    op.create_index("ix_products_created_at", "products", ["tenant_id", "created_at", "id"])
    op.create_index("ix_products_name", "products", ["tenant_id", "name", "id"])
    protect("products")


def downgrade() -> None:
    op.drop_table("products")
