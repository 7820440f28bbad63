"""The rules that a new installation begins with."""

from typing import Final

from control_plane.core.alert.rule import Aggregation, Comparison, Rule, Severity

MINUTE: Final = 60.0

REFUSED: Final = ("refused", "malformed")
GENUINE: Final = ("stored", "duplicate", "not_stored")
"""Outcomes of webhooks. Anybody may send some that are refused: only among the genuine ones they say something."""

DEFAULTS: Final[tuple[Rule, ...]] = (
    Rule(
        id="event-loop-lag",
        name="El proceso no da abasto / The process does not keep up",
        metric="gateway_event_loop_lag_seconds",
        aggregation=Aggregation.P99,
        comparison=Comparison.ABOVE,
        threshold=0.06,
        hysteresis=0.3,
        minimum=50,
        window_s=2 * MINUTE,
        for_s=MINUTE,
    ),
    Rule(
        id="turn-latency",
        name="Respuestas lentas / Slow answers",
        metric="gateway_turn_total_seconds",
        aggregation=Aggregation.P95,
        comparison=Comparison.ABOVE,
        threshold=1.8,
        hysteresis=0.1,
        minimum=20,
        window_s=10 * MINUTE,
        for_s=2 * MINUTE,
    ),
    Rule(
        id="provider-errors",
        name="Errores de un proveedor / Errors of a provider",
        metric="gateway_provider_errors_total",
        by=("provider",),
        aggregation=Aggregation.INCREASE,
        comparison=Comparison.ABOVE,
        threshold=5,
    ),
    Rule(
        id="webhooks-refused",
        name="Webhooks rechazados / Webhooks refused",
        metric="gateway_webhooks_total",
        labels={"outcome": REFUSED},
        over_labels={"outcome": (*REFUSED, *GENUINE)},
        by=("carrier",),
        aggregation=Aggregation.RATIO,
        comparison=Comparison.ABOVE,
        threshold=0.2,
        hysteresis=0.2,
        minimum=20,
        window_s=15 * MINUTE,
    ),
    Rule(
        id="webhooks-not-stored",
        name="Webhooks sin guardar / Webhooks not stored",
        metric="gateway_webhooks_total",
        labels={"outcome": ("not_stored",)},
        aggregation=Aggregation.INCREASE,
        comparison=Comparison.ABOVE,
        threshold=0,
        severity=Severity.CRITICAL,
    ),
    Rule(
        id="webhook-acknowledgement",
        name="Webhooks confirmados tarde / Webhooks acknowledged late",
        metric="gateway_webhook_ack_seconds",
        aggregation=Aggregation.P95,
        comparison=Comparison.ABOVE,
        threshold=1.0,
        hysteresis=0.2,
        minimum=5,
        severity=Severity.CRITICAL,
    ),
    Rule(
        id="calls-failing",
        name="Llamadas con falla / Calls failing",
        metric="gateway_calls_ended_total",
        labels={"cause": ("failed", "unknown")},
        aggregation=Aggregation.RATIO,
        comparison=Comparison.ABOVE,
        threshold=0.2,
        hysteresis=0.2,
        minimum=5,
        window_s=15 * MINUTE,
        severity=Severity.CRITICAL,
    ),
    Rule(
        id="media-dropped",
        name="Audio perdido / Audio dropped",
        metric="gateway_media_dropped_total",
        over="gateway_media_frames_total",
        aggregation=Aggregation.RATIO,
        comparison=Comparison.ABOVE,
        threshold=0.02,
        hysteresis=0.5,
        minimum=1500,
    ),
    Rule(
        id="stream-failures",
        name="Audio en vivo interrumpido / Media streams failing",
        metric="gateway_stream_failures_total",
        aggregation=Aggregation.INCREASE,
        comparison=Comparison.ABOVE,
        threshold=2,
        window_s=10 * MINUTE,
    ),
    Rule(
        id="recordings-failing",
        name="Grabaciones sin guardar / Recordings not kept",
        metric="gateway_recordings_total",
        labels={"outcome": ("failed",)},
        aggregation=Aggregation.INCREASE,
        comparison=Comparison.ABOVE,
        threshold=0,
        window_s=15 * MINUTE,
    ),
)
"""Calls are live audio: thresholds are where a caller notices, see docs/alerts.md."""
