"""What a media stream adds to the metrics while it runs."""

from prometheus_client import Counter

from control_plane.observability.metrics import Metrics


class StreamCounts:
    """Turns running totals into what has been added since the last look: a frame itself costs no more than `+= 1`."""

    def __init__(self, metrics: Metrics) -> None:
        frames, dropped = metrics.media_frames_total, metrics.media_dropped_total
        self._counters: tuple[Counter, ...] = (
            frames.labels(direction="in"),
            frames.labels(direction="out"),
            dropped.labels(reason="overrun"),
            dropped.labels(reason="lost"),
            dropped.labels(reason="late"),
        )
        self._known = (0,) * len(self._counters)

    def update(self, received: int, sent: int, *, overrun: int, lost: int, late: int) -> None:
        """Totals since the stream began, in frames and messages."""
        totals = (received, sent, overrun, lost, late)
        for counter, total, known in zip(self._counters, totals, self._known, strict=True):
            if total != known:
                counter.inc(total - known)
        self._known = totals
