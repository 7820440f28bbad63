"""What is stored of webhooks to tenants: where to, what happened, what became of telling it."""

from typing import Any, Final

from sqlalchemy import ForeignKey, Index, literal_column
from sqlalchemy.orm import Mapped, mapped_column

from control_plane.ports.tables import Base, Stamped, Tenanted, Words

PENDING: Final = "pending"
DELIVERED: Final = "delivered"
FAILED: Final = "failed"
"""Was not taken, and will be tried again."""
GIVEN_UP: Final = "given_up"


class WebhookEndpoint(Tenanted, Stamped, Base):
    """An address that wants to be told. The secret has to be kept, as every message is signed with it: sealed."""

    __tablename__ = "webhook_endpoints"
    __table_args__ = (Index("ix_webhook_endpoints_created_at", "tenant_id", "created_at", "id"),)
    __secret__ = ("secret", "old_secret")
    __unlisted__ = ("failing_since", "calls_since")

    url: Mapped[str]
    description: Mapped[str] = mapped_column(Words)
    events: Mapped[list[str]]
    """Patterns of `core.outbound.subscription`."""
    secret: Mapped[str]
    old_secret: Mapped[str] = mapped_column(default="")
    """Signs too, until `old_secret_until`."""
    old_secret_until: Mapped[float | None] = mapped_column(default=None)
    active: Mapped[bool]
    failing_since: Mapped[float | None] = mapped_column(default=None)
    """When the first of the failures came after which there was no success."""
    disabled_reason: Mapped[str] = mapped_column(default="")
    """Why the gateway switched it off: `failing`, `gone`."""
    calls_since: Mapped[float | None] = mapped_column(default=None)
    """From when on it wants to hear of calls; what they did before is not told."""


class OutboundEvent(Tenanted, Base):
    """Something that happened, written in the transaction that made it happen; only when somebody wants to know."""

    __tablename__ = "outbound_events"
    __table_args__ = (Index("ix_outbound_events_at", "tenant_id", "at", "id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    body: Mapped[dict[str, Any]]
    at: Mapped[float]


class WebhookDelivery(Tenanted, Base):
    """One event on its way to one endpoint."""

    __tablename__ = "webhook_deliveries"

    id: Mapped[str] = mapped_column(primary_key=True)
    endpoint_id: Mapped[str] = mapped_column(ForeignKey("webhook_endpoints.id", ondelete="CASCADE"))
    event_id: Mapped[str] = mapped_column(ForeignKey("outbound_events.id", ondelete="CASCADE"))
    kind: Mapped[str]
    state: Mapped[str]
    begun: Mapped[bool]
    """Whether its run was started."""
    attempts: Mapped[int]
    next_at: Mapped[float | None]
    status: Mapped[int | None]
    """HTTP status of the last answer."""
    took_ms: Mapped[float | None]
    answer: Mapped[str] = mapped_column(Words)
    """How the last answer began."""
    error: Mapped[str]
    """Why there was none, or why it was given up."""
    log: Mapped[list[Any]]
    """One entry an attempt."""
    created_at: Mapped[float]
    ended_at: Mapped[float | None]


class OutboundMark(Tenanted, Base):
    """How far the calls of a tenant were looked through: all that began before have ended, and were told."""

    __tablename__ = "outbound_marks"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    calls_from: Mapped[float]


# Written with a constant: a planner takes a partial index only when the query repeats its condition word for word.
IS_NEW: Final = WebhookDelivery.begun == literal_column("false")

Index(
    "ix_webhook_deliveries_endpoint_id",
    WebhookDelivery.tenant_id,
    WebhookDelivery.endpoint_id,
    WebhookDelivery.created_at,
    WebhookDelivery.id,
)
Index("ix_webhook_deliveries_event_id", WebhookDelivery.event_id)
Index("ix_webhook_deliveries_new", WebhookDelivery.created_at, sqlite_where=IS_NEW, postgresql_where=IS_NEW)
