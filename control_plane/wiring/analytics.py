"""What analytics is given, from parts."""

from control_plane.adapters.store.analytics import SqlAnalyticsStore
from control_plane.services.analytics.counter import CallCounter
from control_plane.services.analytics.service import Analytics, AnalyticsParts
from control_plane.services.business import Business
from control_plane.wiring.parts import Parts


def analytics(parts: Parts) -> Analytics:
    return Analytics(
        AnalyticsParts(
            store=SqlAnalyticsStore(parts.database),
            business=Business(parts.tenants),
            clock=parts.clock,
            supervisor=parts.supervisor,
            default_zone=parts.settings.default_time_zone,
        )
    )


def call_counter(parts: Parts) -> CallCounter:
    return CallCounter(SqlAnalyticsStore(parts.database), clock=parts.clock, metrics=parts.metrics)
