"""What a call adds to the metrics, and what its trace tells of it."""

from control_plane.core.call.state import LegState, Mode, Phase
from control_plane.observability.metrics import Metrics
from control_plane.observability.tracing import Span, Tracing
from control_plane.ports.stores import CallRecord


def count_change(metrics: Metrics, record: CallRecord, *, before: LegState, after: LegState) -> None:
    """A call went from one state to the next; `record` as it was when this process took it on."""
    if after.stream_failures > before.stream_failures:
        metrics.stream_failures_total.inc()
    if before.phase is not Phase.NEW and before.mode is Mode.STREAM and after.mode is Mode.WEBHOOK:
        metrics.mode_switches_total.inc()
    if before.answered_at is None and after.answered_at is not None:
        metrics.calls_answered_total.labels(direction=record.direction).inc()
        ring = max(0.0, after.answered_at - record.created_at)
        metrics.call_ring_seconds.labels(direction=record.direction).observe(ring)
    if before.phase is not Phase.ENDED and after.phase is Phase.ENDED:
        _count_end(metrics, record, after=after)


def _count_end(metrics: Metrics, record: CallRecord, *, after: LegState) -> None:
    metrics.calls_ended_total.labels(cause=after.cause.value if after.cause else "unknown").inc()
    if after.answered_at is not None and after.ended_at is not None:
        talk = max(0.0, after.ended_at - after.answered_at)
        metrics.call_talk_seconds.labels(direction=record.direction).observe(talk)


def trace_call(tracing: Tracing, record: CallRecord) -> None:
    """The whole call, when it is over."""
    if record.ended_at is None or not tracing.sampled(record.id):
        return
    ring_end = record.ended_at if record.answered_at is None else record.answered_at
    ringing = Span(name="ring", start=record.created_at, end=max(record.created_at, ring_end))
    answered = () if record.answered_at is None else (("answered", record.answered_at),)
    attributes = {
        **tracing.about("call"),
        "session.id": record.id,
        "gen_ai.conversation.id": record.id,
        "gen_ai.agent.id": record.bot_id,
        "centralita.call.direction": record.direction,
        "centralita.call.carrier": record.carrier,
        "centralita.call.mode": record.mode,
        "centralita.call.hangup_cause": record.hangup_cause,
    }
    span = Span(
        name="call",
        start=record.created_at,
        end=max(record.created_at, record.ended_at),
        attributes=attributes,
        events=answered,
        children=(ringing,),
    )
    tracing.call(record.id, span)
