"""The catalogue of metrics: every figure the gateway exports, declared once.

Names are `gateway_<noun>_<unit>`, attributes the same without the prefix. Label values come from small fixed sets,
which `docs/metrics.md` lists: never a telephone number, never the id of a call.
"""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, generate_latest
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics import disable_created_metrics
from prometheus_client.process_collector import ProcessCollector

# A series more for each of ours, which says only when the process began; `process_start_time_seconds` says that too.
disable_created_metrics()  # type: ignore[no-untyped-call]

STAGE_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0)
ACK_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0)
LAG_BUCKETS: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28)
PROVIDER_BUCKETS: Final = (0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0)
DATABASE_BUCKETS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
AGE_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
RING_BUCKETS: Final = (1.0, 2.0, 4.0, 6.0, 8.0, 12.0, 16.0, 20.0, 30.0, 45.0, 60.0)
TALK_BUCKETS: Final = (5.0, 15.0, 30.0, 60.0, 120.0, 180.0, 300.0, 600.0, 900.0, 1800.0, 3600.0)
HEARD_BUCKETS: Final = (0.5, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 40.0)
GC_BUCKETS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32)


class Metrics:
    """All metrics of one process, in a registry of its own, so that two gateways in one test do not add up."""

    def __init__(self, *, version: str = "") -> None:
        self.registry = CollectorRegistry()
        self._declare_calls()
        self._declare_conversation()
        self._declare_borders()
        self._declare_cache()
        self._declare_alerts()
        self._declare_runs()
        self._declare_process(version)
        ProcessCollector(registry=self.registry)

    def render(self) -> bytes:
        """Everything in the Prometheus text format."""
        return generate_latest(self.registry)

    def exposition(self, accept: str) -> tuple[bytes, str]:
        """Everything in the format that an `Accept` header prefers, and its content type.

        OpenMetrics, which alone carries exemplars, for who asks for it; the Prometheus text format for all others.
        """
        encode, content_type = choose_encoder(accept)
        return encode(self.registry), content_type

    def _declare_calls(self) -> None:
        self.calls_started_total = self._counter("calls_started", "Calls that began.", "direction")
        self.calls_ended_total = self._counter("calls_ended", "Calls that ended, by hangup cause.", "cause")
        self.calls_counted_total = self._counter("calls_counted", "Ended calls that this process added to analytics.")
        self.calls_answered_total = self._counter("calls_answered", "Calls that were answered.", "direction")
        self.calls_live = self._gauge("calls_live", "Calls that have not ended, in this process.")
        self.call_ring_seconds = self._histogram(
            "call_ring_seconds", "From a call's begin to its answer.", "direction", buckets=RING_BUCKETS
        )
        self.call_talk_seconds = self._histogram(
            "call_talk_seconds", "From the answer of a call to its end.", "direction", buckets=TALK_BUCKETS
        )
        self.commands_total = self._counter("commands", "Commands sent to the carrier.", "kind", "outcome")
        self.commands_waiting = self._gauge("commands_waiting", "Commands to the carrier that wait for their turn.")
        self.call_events_waiting = self._gauge("call_events_waiting", "Events that wait in the inboxes of live calls.")
        self.mode_switches_total = self._counter(
            "mode_switches", "Calls that went on over webhooks after their stream failed."
        )
        self.recordings_total = self._counter("recordings", "Recordings of calls.", "outcome")

    def _declare_conversation(self) -> None:
        self.turns_total = self._counter("turns", "Turns of callers that were answered.")
        self.turn_stage_seconds = self._histogram(
            "turn_stage_seconds", "Time a turn spent in one stage.", "stage", buckets=STAGE_BUCKETS
        )
        self.turn_total_seconds = self._histogram(
            "turn_total_seconds",
            "From the caller's last sound to the first sound of the answer.",
            buckets=STAGE_BUCKETS,
        )
        self.ear_latency_seconds = self._histogram(
            "ear_latency_seconds",
            "From the caller's last sound to the agent's first, by both tracks of an ended call.",
            buckets=STAGE_BUCKETS,
        )
        self.dead_air_total = self._counter("dead_air", "Silences in which the agent owed something for too long.")
        self.talk_over_total = self._counter("talk_over", "Times the agent talked over the caller.")
        self.replies_total = self._counter("replies", "Replies of which the caller heard something.", "outcome")
        self.reply_heard_seconds = self._histogram(
            "reply_heard_seconds", "How long a reply was heard, to its end or its interruption.", buckets=HEARD_BUCKETS
        )
        self.barge_ins_total = self._counter("barge_ins", "Callers speaking while the agent speaks.", "outcome")
        self.reprompts_total = self._counter("reprompts", "Times a silent caller was asked again.")
        self.fillers_total = self._counter("fillers", "Words said in between because a reply took long.")
        self.speculations_total = self._counter(
            "speculations", "Replies made ready before it was certain that the turn was over.", "outcome"
        )
        self.speculation_waste_characters_total = self._counter(
            "speculation_waste_characters", "Characters of speculative replies that nobody heard."
        )
        self.speculation_waste_tokens_total = self._counter(
            "speculation_waste_tokens", "Tokens of speculative replies that were complete and that nobody heard."
        )

    def _declare_borders(self) -> None:
        self.webhooks_total = self._counter("webhooks", "Webhooks received.", "carrier", "outcome")
        self.webhook_ack_seconds = self._histogram(
            "webhook_ack_seconds", "From a webhook's arrival to its acknowledgement.", buckets=ACK_BUCKETS
        )
        self.webhooks_waiting = self._gauge(
            "webhooks_waiting", "Acknowledged webhooks that wait in memory to be worked.", "carrier"
        )
        self.webhook_age_seconds = self._histogram(
            "webhook_age_seconds", "From a webhook's arrival until its call has it.", buckets=AGE_BUCKETS
        )
        self.media_streams_live = self._gauge("media_streams_live", "Open media streams.")
        self.media_waiting = self._gauge("media_waiting", "Messages that wait between media sockets and their work.")
        self.media_frames_total = self._counter("media_frames", "Frames of 20 ms over media sockets.", "direction")
        self.media_dropped_total = self._counter("media_dropped", "Frames that were dropped.", "reason")
        self.media_refused_total = self._counter("media_refused", "Media sockets that were refused.", "reason")
        self.stream_failures_total = self._counter(
            "stream_failures", "Media streams that were not set up or were lost."
        )
        self.provider_errors_total = self._counter("provider_errors", "Errors of providers.", "provider", "kind")
        self.provider_requests_total = self._counter(
            "provider_requests", "What was asked of providers.", "provider", "operation", "outcome"
        )
        self.provider_seconds = self._histogram(
            "provider_seconds", "How long providers took.", "provider", "operation", buckets=PROVIDER_BUCKETS
        )
        self._declare_fallback()
        self.database_seconds = self._histogram(
            "database_seconds", "How long transactions took, waiting included.", "operation", buckets=DATABASE_BUCKETS
        )
        self.database_errors_total = self._counter("database_errors", "Transactions that failed.", "operation")
        self.outbound_webhooks_total = self._counter("outbound_webhooks", "Attempts to tell tenants.", "outcome")
        self.bus_subscribers = self._gauge("bus_subscribers", "Listeners to events in passing.")
        self.bus_dropped_total = self._counter("bus_dropped", "Messages that slow listeners have lost.")
        self.http_requests_total = self._counter("http_requests", "HTTP requests answered.", "route", "status")

    def _declare_fallback(self) -> None:
        self.provider_switches_total = self._counter(
            "provider_switches", "Times another provider was asked in the place of one.", "kind", "provider", "reason"
        )
        self.provider_hedges_total = self._counter(
            "provider_hedges", "Models that were asked beside a slow one.", "provider", "outcome"
        )
        self.provider_breaker_state = self._gauge(
            "provider_breaker_state", "Breakers of providers: 0 closed, 1 half open, 2 open.", "kind", "provider"
        )

    def _declare_cache(self) -> None:
        self.cache_requests_total = self._counter("cache_requests", "What the cache was asked for.", "kind", "outcome")
        self.cache_bytes = self._gauge("cache_bytes", "Keys and values in this process.")
        self.cache_entries = self._gauge("cache_entries", "Entries in this process.")
        self.redis_errors_total = self._counter("redis_errors", "Questions that Redis did not answer.")
        self.bus_messages_total = self._counter("bus_messages", "Messages between processes.", "outcome")

    def _declare_alerts(self) -> None:
        self.alerts_total = self._counter("alerts", "Changes of alerts.", "outcome")
        self.alerts_live = self._gauge("alerts_live", "Open alerts of this process.")
        self.alerts_looks_total = self._counter("alerts_looks", "Times the alert rules were looked at.", "outcome")
        self.alerts_deliveries_total = self._counter("alerts_deliveries", "Tries to tell people.", "outcome")

    def _declare_runs(self) -> None:
        self.runs_total = self._counter("runs", "Tries of work that survives a crash.", "kind", "outcome")
        self.runs_live = self._gauge("runs_live", "Runs that this process carries out.")
        self.runs_waiting = self._gauge("runs_waiting", "Runs that are due and have not begun.", "kind")

    def _declare_process(self, version: str) -> None:
        self.event_loop_lag_seconds = self._histogram(
            "event_loop_lag_seconds", "How much later than asked the event loop woke a sleeper.", buckets=LAG_BUCKETS
        )
        self.gc_pause_seconds = self._histogram(
            "gc_pause_seconds", "How long a garbage collection held everything up.", "generation", buckets=GC_BUCKETS
        )
        self.threads_live = self._gauge("threads_live", "Threads of the process.")
        self.tasks_live = self._gauge("tasks_live", "Tasks that the supervisor watches.")
        self.trace_spans_total = self._counter("trace_spans", "Spans of sampled calls.", "outcome")
        self.build_info = Info("gateway_build", "Which gateway this is.", registry=self.registry)
        self.build_info.info({"version": version})

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"gateway_{name}", text, labels, registry=self.registry)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(f"gateway_{name}", text, labels, registry=self.registry)

    def _histogram(self, name: str, text: str, *labels: str, buckets: tuple[float, ...]) -> Histogram:
        return Histogram(f"gateway_{name}", text, labels, buckets=buckets, registry=self.registry)
