"""What the pages that watch are given, from parts."""

from typing import Final

from control_plane.adapters.store.callbacks import SqlCallbackStore
from control_plane.adapters.store.ears import SqlEarStore
from control_plane.adapters.store.reports import SqlReportStore
from control_plane.ports.callbacks import CallbackStore
from control_plane.resources.sellers.resource import at_work
from control_plane.services.fresh import Fresh
from control_plane.services.overview import Overview, OverviewParts
from control_plane.services.providers import ProviderBoard, ProviderInfo
from control_plane.services.views import Views
from control_plane.services.waveform import Waveforms
from control_plane.wiring.parts import Parts

ANSWERS_TTL_S: Final = 2.0
SELLERS_TTL_S: Final = 30.0


def callback_store(parts: Parts) -> CallbackStore:
    return SqlCallbackStore(parts.database)


def views(parts: Parts) -> Views:
    """Opens nothing."""
    clock, supervisor = parts.clock, parts.supervisor
    reports = SqlReportStore(parts.database)
    return Views(
        overview=Overview(
            OverviewParts(
                store=reports, clock=clock, supervisor=supervisor, default_zone=parts.settings.default_time_zone
            )
        ),
        reports=reports,
        ears=SqlEarStore(parts.database),
        waveforms=Waveforms(parts.blobs, parts.cache),
        providers=ProviderBoard(providers(parts), metrics=parts.metrics, clock=clock),
        database_answers=Fresh(
            parts.store_answers, name="readiness", keep_s=lambda _: ANSWERS_TTL_S, clock=clock, supervisor=supervisor
        ),
        sellers=Fresh(
            lambda: parts.tenants.across(at_work),
            name="sellers",
            keep_s=lambda _: SELLERS_TTL_S,
            clock=clock,
            supervisor=supervisor,
        ),
    )


def providers(parts: Parts) -> tuple[ProviderInfo, ...]:
    """As they are set up."""
    settings = parts.settings
    carrier_secrets = {"telnyx": settings.telnyx_api_key, "twilio": settings.twilio_auth_token}
    secret = carrier_secrets.get(parts.carrier.name)
    return (
        ProviderInfo(
            kind="carrier", name=parts.carrier.name, configured=bool(secret is None or secret.get_secret_value())
        ),
        *parts.providers.infos,
    )
