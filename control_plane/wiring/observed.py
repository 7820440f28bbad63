"""What is watched from outside: providers are timed, calls traced."""

from typing import TYPE_CHECKING

from control_plane.observability.metrics import Metrics
from control_plane.observability.providers import ProviderTimer, TimedCallControl
from control_plane.observability.tracing import Attributes, SpanSink, Tracing
from control_plane.ports.carrier import CallControl
from control_plane.services.gateway import VERSION
from control_plane.settings import Settings

if TYPE_CHECKING:
    from control_plane.wiring.parts import Parts


def make_tracing(settings: Settings, metrics: Metrics) -> Tracing:
    """Traces to the configured collector; without one nothing of it is even imported."""
    if not settings.otlp_endpoint:
        return Tracing()

    def sink() -> SpanSink:
        from control_plane.observability.otlp import OtlpSink, header_values

        return OtlpSink(
            settings.otlp_endpoint,
            headers=header_values(settings.otlp_headers.get_secret_value()),
            resource={
                "service.name": "centralita",
                "service.version": VERSION,
                "service.instance.id": settings.node_id,
            },
            metrics=metrics,
        )

    return Tracing(sink, ratio=settings.trace_sample_ratio, about=_about(settings))


def _about(settings: Settings) -> dict[str, Attributes]:
    """Who answers behind each part of a turn."""
    return {
        "stt": {
            "gen_ai.operation.name": "speech_to_text",
            "gen_ai.provider.name": "deepgram",
            "gen_ai.request.model": settings.deepgram_model,
        },
        "llm": {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "anthropic",
            "gen_ai.request.model": settings.anthropic_model,
        },
        "tts": {
            "gen_ai.operation.name": "text_to_speech",
            "gen_ai.output.type": "speech",
            "gen_ai.provider.name": "elevenlabs",
            "gen_ai.request.model": settings.elevenlabs_model,
        },
    }


def timed_control(parts: "Parts") -> CallControl:
    return TimedCallControl(parts.carrier.control, _timer(parts, parts.carrier.name))


def _timer(parts: "Parts", provider: str) -> ProviderTimer:
    return ProviderTimer(provider, metrics=parts.metrics, clock=parts.clock, tracing=parts.tracing)
