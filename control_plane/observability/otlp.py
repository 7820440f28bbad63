"""How spans leave the process: over OTLP/HTTP, in a thread of their own.

Imported only when an endpoint is configured: the SDK costs memory and a third of a second.
"""

import asyncio
import contextlib
import hashlib
import threading
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import unquote

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.id_generator import IdGenerator, RandomIdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_ON

from control_plane.observability.metrics import Metrics
from control_plane.observability.tracing import Span

QUEUE_LIMIT: Final = 4096
"""Spans; beyond, the oldest is dropped and counted."""

BATCH: Final = 512
EVERY_MS: Final = 2000.0
EXPORT_S: Final = 3.0
"""For one batch, its repetitions included; then it is given up."""

CLOSE_S: Final = 2.0

NANO: Final = 1_000_000_000


class OtlpSink:
    """Sends spans to the collector at `endpoint` (`/v1/traces` is added); see SpanSink."""

    def __init__(
        self, endpoint: str, *, headers: Mapping[str, str], resource: Mapping[str, str], metrics: Metrics
    ) -> None:
        address = f"{endpoint.rstrip('/')}/v1/traces"
        self._exporter = _Counted(OTLPSpanExporter(endpoint=address, headers=dict(headers), timeout=EXPORT_S), metrics)
        self._processor = BatchSpanProcessor(
            self._exporter,
            max_queue_size=QUEUE_LIMIT,
            max_export_batch_size=BATCH,
            schedule_delay_millis=EVERY_MS,
        )
        self._ids = _Ids()
        provider = TracerProvider(
            sampler=ALWAYS_ON,
            resource=Resource.create(dict(resource)),
            id_generator=self._ids,
            shutdown_on_exit=False,
        )
        provider.add_span_processor(self._processor)
        self._tracer = provider.get_tracer("centralita")
        self._closed = False

    def call(self, trace_id: str, span: Span) -> None:
        self._ids.next_call(trace_id)
        self._emit(span, Context())

    def part(self, trace_id: str, span: Span) -> None:
        parent = trace.SpanContext(
            trace_id=int(trace_id, 16),
            span_id=_call_span_id(trace_id),
            is_remote=True,
            trace_flags=trace.TraceFlags(trace.TraceFlags.SAMPLED),
        )
        self._emit(span, trace.set_span_in_context(trace.NonRecordingSpan(parent), Context()))

    def _emit(self, span: Span, context: Context) -> None:
        if self._closed:
            return
        kind = trace.SpanKind.CLIENT if span.asks else trace.SpanKind.INTERNAL
        made = self._tracer.start_span(
            span.name, context, kind=kind, attributes=span.attributes, start_time=_nanoseconds(span.start)
        )
        for name, at in span.events:
            made.add_event(name, timestamp=_nanoseconds(at))
        if span.fault:
            made.set_attribute("error.type", span.fault)
            made.set_status(trace.StatusCode.ERROR)
        within = trace.set_span_in_context(made, context)
        for child in span.children:
            self._emit(child, within)
        self._exporter.given()
        made.end(_nanoseconds(span.end))

    async def aclose(self) -> None:
        """Send what is left, for a moment."""
        self._closed = True
        over, loop = asyncio.Event(), asyncio.get_running_loop()

        def close() -> None:
            self._processor.shutdown()  # type: ignore[no-untyped-call]
            with contextlib.suppress(RuntimeError):  # the loop may be closed by now
                loop.call_soon_threadsafe(over.set)

        threading.Thread(target=close, name="last spans", daemon=True).start()
        try:
            async with asyncio.timeout(CLOSE_S):
                await over.wait()
        except TimeoutError:
            self._exporter.shutdown()  # interrupts the repetitions of a batch that nobody takes


class _Counted(SpanExporter):
    """An exporter whose outcomes, and the drops of the queue before it, are counted."""

    def __init__(self, exporter: OTLPSpanExporter, metrics: Metrics) -> None:
        self._exporter = exporter
        self._exported, self._failed, self._dropped = (
            metrics.trace_spans_total.labels(outcome=outcome) for outcome in ("exported", "failed", "dropped")
        )
        self._waiting = 0
        self._counting = threading.Lock()

    def given(self) -> None:
        """A span goes into the queue; a full one loses its oldest for it."""
        with self._counting:
            if self._waiting >= QUEUE_LIMIT:
                self._dropped.inc()
            else:
                self._waiting += 1

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        with self._counting:
            self._waiting = max(0, self._waiting - len(spans))
        result = self._exporter.export(spans)
        (self._exported if result is SpanExportResult.SUCCESS else self._failed).inc(len(spans))
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()  # type: ignore[no-untyped-call]


class _Ids(IdGenerator):
    """Random span ids, but for the span of a call, which those within it know before it is made."""

    def __init__(self) -> None:
        self._random = RandomIdGenerator()
        self._trace_id = self._span_id = 0

    def next_call(self, trace_id: str) -> None:
        self._trace_id, self._span_id = int(trace_id, 16), _call_span_id(trace_id)

    def generate_trace_id(self) -> int:
        return self._trace_id

    def generate_span_id(self) -> int:
        span_id, self._span_id = self._span_id, 0
        return span_id or self._random.generate_span_id()


def header_values(text: str) -> dict[str, str]:
    """`name=value,name=value`, percent-encoded, as OTEL_EXPORTER_OTLP_HEADERS is written."""
    pairs = (item.partition("=") for item in text.split(",") if "=" in item)
    return {name.strip().lower(): unquote(value.strip()) for name, _, value in pairs}


def _call_span_id(trace_id: str) -> int:
    return int.from_bytes(hashlib.sha256(trace_id.encode()).digest()[:8], "big") or 1


def _nanoseconds(seconds: float) -> int:
    return int(seconds * NANO)
