"""Sellers, products, orders."""

from typing import Any

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


OPEN = sa.text("released_at IS NULL")


def _money(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), nullable=False) for name in names]


def _whole(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]


def _table(name: str, *columns: Any) -> None:
    op.create_table(name, *columns, sa.PrimaryKeyConstraint("id", name=f"pk_{name}"))


def upgrade() -> None:
    _products()
    _sellers()
    _orders()
    op.create_table(
        "counters",
        *_text("tenant_id", "name"),
        *_whole("value"),
        sa.PrimaryKeyConstraint("tenant_id", "name", name="pk_counters"),
    )
    protect("products", "sellers", "assignments", "orders", "order_lines", "order_events", "counters")
    protect("stock_moves", rights="SELECT, INSERT")


def _products() -> None:
    _table(
        "products",
        *_text("id", "tenant_id", "sku", "name", "description", "category", "currency", "words"),
        *_money("price"),
        sa.Column("stock", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        *_stamps(),
    )
    op.create_index("uq_products_sku", "products", ["tenant_id", "sku"], unique=True)
    op.create_index("ix_products_created_at", "products", ["tenant_id", "created_at", "id"])
    op.create_index("ix_products_name", "products", ["tenant_id", "name", "id"])
    _table(
        "stock_moves",
        *_text("id", "tenant_id", "product_id", "kind", "reason", "order_id", "by_kind", "by_id", "by_name"),
        *_whole("change", "stock"),
        sa.Column("created_at", sa.Double(), nullable=False),
    )
    op.create_index("ix_stock_moves_product_id", "stock_moves", ["tenant_id", "product_id", "created_at", "id"])


def _sellers() -> None:
    _table(
        "sellers",
        *_text("id", "tenant_id", "name", "email", "phone", "user_id", "status", "words"),
        *(sa.Column(name, sa.JSON(), nullable=False) for name in ("skills", "languages", "availability")),
        sa.Column("max_load", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        *_whole("turn"),
        sa.Column("last_assigned_at", sa.Double(), nullable=True),
        *_stamps(),
    )
    op.create_index("ix_sellers_created_at", "sellers", ["tenant_id", "created_at", "id"])
    op.create_index("ix_sellers_name", "sellers", ["tenant_id", "name", "id"])
    op.create_index("ix_sellers_user_id", "sellers", ["tenant_id", "user_id"])
    _table(
        "assignments",
        *_text("id", "tenant_id", "seller_id", "kind", "target_id"),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("released_at", sa.Double(), nullable=True),
    )
    target = ["tenant_id", "kind", "target_id"]
    op.create_index(
        "uq_assignments_target", "assignments", target, unique=True, sqlite_where=OPEN, postgresql_where=OPEN
    )
    op.create_index(
        "ix_assignments_open", "assignments", ["tenant_id", "seller_id"], sqlite_where=OPEN, postgresql_where=OPEN
    )
    op.create_index("ix_assignments_seller_id", "assignments", ["tenant_id", "seller_id", "at", "id"])


def _orders() -> None:
    _table(
        "orders",
        *_text("id", "tenant_id", "number", "status", "contact_id", "customer_name", "customer_phone"),
        *_text("customer_email", "note", "seller_id", "currency", "source", "call_id", "conversation_id", "words"),
        sa.Column("address", sa.JSON(), nullable=False),
        *_money("subtotal", "discount", "tax", "total"),
        *_stamps(),
    )
    op.create_index("uq_orders_number", "orders", ["tenant_id", "number"], unique=True)
    op.create_index("ix_orders_created_at", "orders", ["tenant_id", "created_at", "id"])
    for column in ("status", "seller_id", "contact_id", "customer_phone"):
        op.create_index(f"ix_orders_{column}", "orders", ["tenant_id", column, "created_at", "id"])
    op.create_index("ix_orders_call_id", "orders", ["tenant_id", "call_id"])
    _table(
        "order_lines",
        *_text("id", "tenant_id", "order_id", "product_id", "sku", "name"),
        *_whole("position", "quantity", "reserved"),
        *_money("unit_price", "discount", "tax_rate", "subtotal", "tax", "total"),
        _of_order("order_lines"),
    )
    op.create_index("ix_order_lines_order_id", "order_lines", ["order_id", "position"])
    op.create_index("ix_order_lines_product_id", "order_lines", ["tenant_id", "product_id", "reserved"])
    _table(
        "order_events",
        *_text("id", "tenant_id", "order_id", "from_status", "to_status", "by_kind", "by_id", "by_name", "note"),
        *_whole("step"),
        sa.Column("at", sa.Double(), nullable=False),
        _of_order("order_events"),
    )
    op.create_index("uq_order_events_order_id", "order_events", ["order_id", "step"], unique=True)


def _of_order(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=f"fk_{table}_order_id", ondelete="CASCADE")


def downgrade() -> None:
    for table in ("order_events", "order_lines", "orders", "assignments", "sellers", "stock_moves", "products"):
        op.drop_table(table)
    op.drop_table("counters")
