"""What is said of products and their stock."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from control_plane.resources.fields import Amount, Currency, Line, Name, Prose

MOST: int = 1_000_000_000
"""Pieces of one product."""


class ProductEdit(BaseModel):
    """What of a product may be changed; its stock changes by movements."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"price": "47000.00", "category": "Vacunas"}]}
    )

    sku: Line = Field(min_length=1, max_length=64)
    name: Name
    description: Prose = ""
    category: Line = ""
    price: Amount
    currency: Currency
    active: bool = True


class ProductIn(ProductEdit):
    """A product as it is entered."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"sku": "VAC-RABIA", "name": "Vacuna antirrábica", "price": "45000.00", "currency": "COP", "stock": 20}
            ]
        },
    )

    stock: int | None = Field(default=None, ge=0, le=MOST, description="Pieces at hand; null: they are not counted.")


class ProductOut(ProductIn):
    """A product."""

    model_config = ConfigDict(json_schema_extra=None)

    id: str
    version: int
    created_at: float
    updated_at: float


class StockChangeIn(BaseModel):
    """Pieces that came (more than 0) or went (less)."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"change": 12, "reason": "Entrega del proveedor"}]}
    )

    change: int = Field(ge=-MOST, le=MOST, description="Not 0.")
    reason: Line = ""


class StockMoveOut(BaseModel):
    """A movement of the stock."""

    id: str
    product_id: str
    change: int
    stock: int
    """How many there were afterwards."""
    kind: Literal["initial", "adjusted", "ordered", "given_back"]
    reason: str
    order_id: str
    by_kind: str
    by_name: str
    created_at: float
