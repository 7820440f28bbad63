"""What the pages that watch are given, from parts."""

from typing import Final

from control_plane.adapters.store.callbacks import SqlCallbackStore
from control_plane.adapters.store.reports import SqlReportStore
from control_plane.ports.callbacks import CallbackStore
from control_plane.resources.bots import BOTS
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
        bots=BOTS,
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
        ProviderInfo(
            kind="stt",
            name="deepgram" if parts.stt is not None else "",
            configured=parts.stt is not None,
            model=settings.deepgram_model if parts.stt is not None else "",
            stages=("stt",),
        ),
        ProviderInfo(
            kind="brain",
            name="anthropic",
            configured=bool(settings.claude_api_key.get_secret_value()),
            model=settings.anthropic_model,
            stages=("brain", "clause"),
        ),
        ProviderInfo(
            kind="tts",
            name="elevenlabs" if parts.tts is not None else "",
            configured=parts.tts is not None,
            model=settings.elevenlabs_model if parts.tts is not None else "",
            voice=settings.elevenlabs_default_voice if parts.tts is not None else "",
            stages=("voice",),
        ),
    )
