"""What is said of orders."""

from decimal import Decimal
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from control_plane.core.orders.machine import Status
from control_plane.resources.fields import E164, Amount, Currency, Email, Id, Line, Prose

MOST_LINES: Final = 200
MOST_PIECES: Final = 1_000_000

Source = Literal["call", "api", "user", "whatsapp"]

Reference = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_-]{0,64}$")]
"""An id, or nothing."""

Rate = Annotated[Amount, Field(le=100)]


class OrderCustomer(BaseModel):
    """Who gets it."""

    model_config = ConfigDict(extra="forbid")

    name: Line = ""
    phone: E164 | Literal[""] = ""
    email: Email | Literal[""] = ""


class OrderAddress(BaseModel):
    """Where it is brought to."""

    model_config = ConfigDict(extra="forbid")

    street: Line = ""
    details: Line = ""
    city: Line = ""
    region: Line = ""
    postal_code: Line = ""
    country: str = Field(default="", pattern=r"^([A-Z]{2})?$")


class OrderLineIn(BaseModel):
    """Some pieces of a product; it is called and costs what the price list says now."""

    model_config = ConfigDict(extra="forbid")

    product_id: Id
    quantity: int = Field(ge=1, le=MOST_PIECES)
    discount: Amount = Field(default=Decimal(0), description="On the whole line, an amount.")
    tax_rate: Rate = Field(default=Decimal(0), description="In percent, on what is left to pay.")


class OrderEdit(BaseModel):
    """What of a draft may be changed; lines are sent as a whole."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"note": "Entregar por la tarde"}]})

    lines: list[OrderLineIn] = Field(default=[], max_length=MOST_LINES)
    customer: OrderCustomer = OrderCustomer()
    address: OrderAddress = OrderAddress()
    note: Prose = ""
    contact_id: Reference = ""


_DRAFT: Final[dict[str, Any]] = {"currency": "COP", "customer": {"name": "María Restrepo", "phone": "+573001234567"}}
_EXAMPLE: Final[dict[str, Any]] = {
    **_DRAFT,
    "address": {"street": "Calle 10 # 4-21", "city": "Medellín", "country": "CO"},
    "lines": [{"product_id": "0192f0c1-5b7e-7c3a-9a51-2f4f3c1d7e80", "quantity": 2, "tax_rate": "19"}],
    "place": True,
}


class OrderIn(OrderEdit):
    """An order as it is entered."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_DRAFT, _EXAMPLE]})

    currency: Currency
    seller_id: Reference = ""
    source: Source | None = Field(default=None, description="Where it comes from; null: as whoever asks.")
    call_id: Reference = ""
    conversation_id: Reference = ""
    place: bool = Field(default=False, description="At once; otherwise it is a draft.")
    assign: bool = Field(default=False, description="When it is placed, whose turn it is becomes its seller.")
    skill: Line = Field(default="", description="Which such a seller has to have; implies `assign`.")


class OrderLineOut(BaseModel):
    """A line of an order, with what its product was called and cost."""

    product_id: str
    sku: str
    name: str
    unit_price: Amount
    quantity: int
    discount: Amount
    tax_rate: Amount
    subtotal: Amount
    tax: Amount
    total: Amount


class OrderOut(BaseModel):
    """An order."""

    id: str
    number: str
    status: Status
    contact_id: str
    customer: OrderCustomer
    address: OrderAddress
    note: str
    seller_id: str
    currency: str
    subtotal: Amount
    discount: Amount
    tax: Amount
    total: Amount
    source: Source
    call_id: str
    conversation_id: str
    lines: list[OrderLineOut]
    version: int
    created_at: float
    updated_at: float


class OrderEventOut(BaseModel):
    """A step of an order."""

    from_status: Status | Literal[""]
    """Empty for a new order."""
    to_status: Status
    by_kind: str
    by_name: str
    at: float
    note: str


class OrderDetail(OrderOut):
    """An order with its history, the oldest first, and what can become of it now."""

    history: list[OrderEventOut]
    allowed: list[Status]


class TransitionIn(BaseModel):
    """What becomes of an order."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"to": "placed", "note": "Confirmado por teléfono"}]}
    )

    to: Status
    note: Line = ""
    assign: bool = Field(default=False, description="When it is placed: whose turn it is becomes its seller.")
    skill: Line = Field(default="", description="Which such a seller has to have; implies `assign`.")


class OrderAssignIn(BaseModel):
    """To whom an order goes: this seller, or whoever's turn it is."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"skill": "ventas"}]})

    seller_id: Reference = ""
    skill: Line = ""
    language: Line = ""
