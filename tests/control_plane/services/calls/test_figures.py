"""What a call adds to the metrics, and what its trace tells."""

from dataclasses import replace
from itertools import pairwise

from control_plane.core.call.causes import HangupCause
from control_plane.core.call.state import LegState, Mode, Phase
from control_plane.observability.metrics import Metrics
from control_plane.observability.tracing import Span, Tracing
from control_plane.services.calls.figures import count_change, trace_call
from tests.records import call_record

RECORD = call_record(created_at=100.0)
NEW = LegState()
ANSWERED = replace(NEW, phase=Phase.ANSWERED, answered_at=108.0)
ENDED = replace(ANSWERED, phase=Phase.ENDED, ended_at=168.0, cause=HangupCause.NORMAL)


class Sink:
    def __init__(self) -> None:
        self.calls: list[Span] = []

    def call(self, trace_id: str, span: Span) -> None:
        self.calls.append(span)

    def part(self, trace_id: str, span: Span) -> None: ...

    async def aclose(self) -> None: ...


def counted(*states: LegState) -> Metrics:
    metrics = Metrics()
    for before, after in pairwise(states):
        count_change(metrics, RECORD, before=before, after=after)
    return metrics


def value(metrics: Metrics, name: str, **labels: str) -> float:
    return metrics.registry.get_sample_value(f"gateway_{name}", labels) or 0.0


def test_ringing_and_talking_are_measured_once() -> None:
    metrics = counted(NEW, ANSWERED, replace(ANSWERED, phase=Phase.TALKING), ENDED, ENDED)
    direction = {"direction": RECORD.direction}
    assert value(metrics, "calls_answered_total", **direction) == 1
    assert value(metrics, "call_ring_seconds_sum", **direction) == 8
    assert value(metrics, "call_talk_seconds_sum", **direction) == 60
    assert value(metrics, "calls_ended_total", cause="normal") == 1


def test_a_call_that_nobody_answered_ends_without_having_lasted() -> None:
    metrics = counted(NEW, replace(NEW, phase=Phase.ENDED, ended_at=130.0))
    assert value(metrics, "call_talk_seconds_count", direction=RECORD.direction) == 0
    assert value(metrics, "calls_ended_total", cause="unknown") == 1


def test_failed_streams_and_changes_of_mode_are_counted() -> None:
    webhook = replace(ANSWERED, mode=Mode.WEBHOOK, stream_failures=1)
    metrics = counted(ANSWERED, webhook, webhook)
    assert value(metrics, "stream_failures_total") == 1
    assert value(metrics, "mode_switches_total") == 1


def test_the_trace_of_a_call_says_how_it_rang_and_ended_but_not_between_whom() -> None:
    sink = Sink()
    tracing = Tracing(lambda: sink)
    tracing.start()
    over = replace(RECORD, answered_at=108.0, ended_at=168.0, hangup_cause="normal", contact_name="Laura")
    trace_call(tracing, over)
    [span] = sink.calls
    assert (span.start, span.end, span.events) == (100.0, 168.0, (("answered", 108.0),))
    [ring] = span.children
    assert (ring.name, ring.start, ring.end) == ("ring", 100.0, 108.0)
    assert span.attributes["centralita.call.hangup_cause"] == "normal"
    for personal in (over.to, over.sender, over.contact_name):
        assert personal not in repr(span)


def test_a_call_that_is_not_over_is_not_traced() -> None:
    sink = Sink()
    tracing = Tracing(lambda: sink)
    tracing.start()
    trace_call(tracing, RECORD)
    assert sink.calls == []
