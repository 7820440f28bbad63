"""What the API takes and says of webhooks and their deliveries."""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from control_plane.resources.fields import Line

WebAddress = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]

LONGEST_OVERLAP_S = 7 * 86_400


class WebhookIn(BaseModel):
    """An address that wants to be told of events."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"url": "https://crm.example.com/hooks/calls", "events": ["call.*", "order.created"]}]
        },
    )

    url: WebAddress = Field(description="A public https address.")
    description: Line = ""
    events: Annotated[
        list[str],
        Field(min_length=1, max_length=50, description="Kinds (`order.created`), `order.*`, or `*` for all."),
    ] = ["*"]
    active: bool = True


class WebhookOut(BaseModel):
    """A webhook, without its secret."""

    id: str
    url: str
    description: str
    events: list[str]
    active: bool
    disabled_reason: str
    """Why the gateway switched it off: `failing` for three days, `gone` (it answered 410); else empty."""
    failing_since: float | None
    """When the failures began that no success has followed."""
    old_secret_until: float | None
    """So long the secret before the present one signs too."""
    version: int
    created_at: float
    updated_at: float


class WebhookMade(WebhookOut):
    """A webhook with its secret, which is told this once."""

    secret: str


class WebhookSecretIn(BaseModel):
    """How a secret is replaced."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"overlap_s": 86_400}]})

    overlap_s: int = Field(
        default=86_400,
        ge=0,
        le=LONGEST_OVERLAP_S,
        description="So long messages are signed with both secrets, that receivers can change over.",
    )


class WebhookPage(BaseModel):
    """A page of webhooks; `next_cursor` is empty at the end."""

    items: Sequence[WebhookOut]
    next_cursor: str


class DeliveryOut(BaseModel):
    """One event on its way to one webhook. `failed` is tried again at `next_at`."""

    id: str
    webhook_id: str = Field(validation_alias="endpoint_id")
    event_id: str
    """The header `webhook-id`: the same however often it is sent."""
    kind: str
    state: str
    attempts: int
    next_at: float | None
    status: int | None
    """HTTP status of the last answer."""
    took_ms: float | None
    answer: str
    """How the last answer began."""
    error: str
    created_at: float
    ended_at: float | None


class AttemptOut(BaseModel):
    """One attempt to deliver."""

    at: float
    status: int | None
    took_ms: float | None
    answer: str
    error: str


class DeliveryDetail(DeliveryOut):
    """A delivery with what is sent, and everything that was tried."""

    data: dict[str, Any]
    log: list[AttemptOut]


class DeliveryPage(BaseModel):
    """A page of deliveries, the newest first; `next_cursor` is empty at the end."""

    items: Sequence[DeliveryOut]
    next_cursor: str


class EventKindOut(BaseModel):
    """A kind of event; `example` is the body of one."""

    kind: str
    about: str
    example: dict[str, Any]


class EventKindList(BaseModel):
    """All kinds of events."""

    items: list[EventKindOut]
