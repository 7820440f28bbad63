"""The alert service, from parts and settings."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from control_plane.adapters.alerts.apprise import AppriseNotifier
from control_plane.adapters.store.alerts import SqlAlertStore
from control_plane.adapters.store.nodes import SqlNodeStore
from control_plane.services.alerts.service import AlertParts, AlertService
from control_plane.services.alerts.words import Words
from control_plane.settings import Settings
from control_plane.wiring.parts import Parts

HEALTH_PAGE: Final = "/system"
"""Of the dashboard: `/health` is for programs."""


def alert_service(parts: Parts, overrides: Mapping[str, Any]) -> AlertService:
    """`alert_store` and `notifier` are taken from `overrides` when they are there."""
    settings = parts.settings
    return AlertService(
        AlertParts(
            node=settings.node_id,
            interval_s=settings.alert_interval_seconds,
            store=overrides.get("alert_store") or SqlAlertStore(parts.database),
            nodes=SqlNodeStore(parts.database).all,
            notifier=overrides.get("notifier") or AppriseNotifier(settings.alert_channels.get_secret_value()),
            bus=parts.bus,
            clock=parts.clock,
            metrics=parts.metrics,
            words=Words(zone=settings.default_time_zone, link=dashboard_link(settings)),
        )
    )


def dashboard_link(settings: Settings) -> str:
    """The dashboard is at the root of the public address, whatever prefix this process has below it."""
    public = urlsplit(settings.webhook_base_url)
    return f"{public.scheme}://{public.netloc}{HEALTH_PAGE}"
