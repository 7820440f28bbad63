"""The catalogue of metrics: every figure the gateway exports, declared once.

Names are `gateway_<noun>_<unit>`, attributes the same without the prefix. Label values come from small fixed sets,
which `docs/metrics.md` lists: never a telephone number, never the id of a call.
"""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, generate_latest
from prometheus_client.process_collector import ProcessCollector

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

STAGE_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0)
ACK_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0)
LAG_BUCKETS: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28)


class Metrics:
    """All metrics of one process, in a registry of its own, so that two gateways in one test do not add up."""

    def __init__(self, *, version: str = "") -> None:
        self.registry = CollectorRegistry()
        self._declare_calls()
        self._declare_conversation()
        self._declare_borders()
        self._declare_process(version)
        ProcessCollector(registry=self.registry)

    def render(self) -> bytes:
        """Everything in the Prometheus text format (`CONTENT_TYPE`)."""
        return generate_latest(self.registry)

    def _declare_calls(self) -> None:
        self.calls_started_total = self._counter("calls_started", "Calls that began.", "direction")
        self.calls_ended_total = self._counter("calls_ended", "Calls that ended, by hangup cause.", "cause")
        self.calls_live = self._gauge("calls_live", "Calls that have not ended, in this process.")
        self.commands_total = self._counter("commands", "Commands sent to the carrier.", "kind", "outcome")
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
        self.barge_ins_total = self._counter("barge_ins", "Callers speaking while the agent speaks.", "outcome")
        self.reprompts_total = self._counter("reprompts", "Times a silent caller was asked again.")

    def _declare_borders(self) -> None:
        self.webhooks_total = self._counter("webhooks", "Webhooks received.", "carrier", "outcome")
        self.webhook_ack_seconds = self._histogram(
            "webhook_ack_seconds", "From a webhook's arrival to its acknowledgement.", buckets=ACK_BUCKETS
        )
        self.media_frames_total = self._counter("media_frames", "Frames of 20 ms over media sockets.", "direction")
        self.media_dropped_total = self._counter("media_dropped", "Frames that were dropped.", "reason")
        self.media_refused_total = self._counter("media_refused", "Media sockets that were refused.", "reason")
        self.stream_failures_total = self._counter(
            "stream_failures", "Media streams that were not set up or were lost."
        )
        self.provider_errors_total = self._counter("provider_errors", "Errors of providers.", "provider", "kind")
        self.http_requests_total = self._counter("http_requests", "HTTP requests answered.", "route", "status")

    def _declare_process(self, version: str) -> None:
        self.event_loop_lag_seconds = self._histogram(
            "event_loop_lag_seconds", "How much later than asked the event loop woke a sleeper.", buckets=LAG_BUCKETS
        )
        self.build_info = Info("gateway_build", "Which gateway this is.", registry=self.registry)
        self.build_info.info({"version": version})

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"gateway_{name}", text, labels, registry=self.registry)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(f"gateway_{name}", text, labels, registry=self.registry)

    def _histogram(self, name: str, text: str, *labels: str, buckets: tuple[float, ...]) -> Histogram:
        return Histogram(f"gateway_{name}", text, labels, buckets=buckets, registry=self.registry)
