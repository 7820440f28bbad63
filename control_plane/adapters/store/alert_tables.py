"""Tables of alert rules, alerts, silences and deliveries."""

from typing import Any, Final, cast

from sqlalchemy import ForeignKey, Index, Table, literal_column
from sqlalchemy.orm import Mapped, mapped_column

from control_plane.ports.tables import Base, Words


class AlertRule(Base):
    """`core.alert.rule.Rule`. A removed one stays, so that a default does not come back at the next start."""

    __tablename__ = "alert_rules"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Words)
    metric: Mapped[str]
    aggregation: Mapped[str]
    comparison: Mapped[str]
    threshold: Mapped[float]
    labels: Mapped[dict[str, Any]]
    by: Mapped[list[Any]]
    over: Mapped[str]
    over_labels: Mapped[dict[str, Any]]
    minimum: Mapped[float]
    hysteresis: Mapped[float]
    window_s: Mapped[float]
    for_s: Mapped[float]
    severity: Mapped[str]
    tenant: Mapped[str]
    repeat_after_s: Mapped[float]
    channels: Mapped[list[Any]]
    enabled: Mapped[bool]
    removed: Mapped[bool]
    changed_at: Mapped[float]


class Alert(Base):
    """`ports.alerts.AlertRecord`. No reference to the rule: an alert outlives it."""

    __tablename__ = "alerts"

    id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str]
    rule_id: Mapped[str]
    rule_name: Mapped[str] = mapped_column(Words)
    severity: Mapped[str]
    state: Mapped[str]
    value: Mapped[float]
    threshold: Mapped[float]
    comparison: Mapped[str]
    node: Mapped[str]
    labels: Mapped[dict[str, Any]]
    tenant: Mapped[str]
    silenced: Mapped[bool]
    notices: Mapped[int]
    raised_at: Mapped[float]
    last_notified_at: Mapped[float | None]
    resolved_at: Mapped[float | None]


class AlertDelivery(Base):
    """The outbox: `ports.alerts.Delivery`, its notice spread out."""

    __tablename__ = "alert_deliveries"

    id: Mapped[str] = mapped_column(primary_key=True)
    alert_id: Mapped[str] = mapped_column(ForeignKey("alerts.id", ondelete="CASCADE"))
    channel: Mapped[str]
    title: Mapped[str] = mapped_column(Words)
    body: Mapped[str] = mapped_column(Words)
    severity: Mapped[str]
    resolved: Mapped[bool]
    created_at: Mapped[float]
    next_at: Mapped[float]
    state: Mapped[str]
    attempts: Mapped[int]
    error: Mapped[str] = mapped_column(Words)
    claimed_by: Mapped[str]
    claimed_until: Mapped[float]


class AlertSilence(Base):
    """`ports.alerts.Silence`."""

    __tablename__ = "alert_silences"

    id: Mapped[str] = mapped_column(primary_key=True)
    rule_id: Mapped[str]
    tenant: Mapped[str]
    until: Mapped[float]
    reason: Mapped[str] = mapped_column(Words)
    by: Mapped[str] = mapped_column(Words)
    created_at: Mapped[float]


alert_rules: Final = cast(Table, AlertRule.__table__)
alerts: Final = cast(Table, Alert.__table__)
alert_deliveries: Final = cast(Table, AlertDelivery.__table__)
alert_silences: Final = cast(Table, AlertSilence.__table__)

# Written with constants, as a planner wants them for a partial index.
IS_OPEN: Final = alerts.c.state == literal_column("'raised'")
IS_DUE: Final = alert_deliveries.c.state == literal_column("'pending'")

Index("ix_alerts_raised_at", alerts.c.raised_at, alerts.c.id)
Index("uq_alerts_key", alerts.c.key, unique=True, sqlite_where=IS_OPEN, postgresql_where=IS_OPEN)
Index("ix_alert_deliveries_alert_id", alert_deliveries.c.alert_id)
Index("ix_alert_deliveries_pending", alert_deliveries.c.next_at, sqlite_where=IS_DUE, postgresql_where=IS_DUE)
