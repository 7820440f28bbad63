"""A day's report from counted sorts of calls and turns."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from control_plane.core.quantile import nearest_rank
from control_plane.ports.reports import DayReport, HourReport


class Sums:
    """Adds up what `reports.calls_of` and `reports.turns_of` count: one pass, as there are thousands of sorts."""

    def __init__(self, *, bucket_ms: int) -> None:
        self._bucket_ms = bucket_ms
        self._totals: Counter[str] = Counter()
        self._causes: Counter[str] = Counter()
        self._hourly: defaultdict[int, Counter[str]] = defaultdict(Counter)
        self._latencies: defaultdict[int, Counter[float]] = defaultdict(Counter)

    def add_calls(self, sorts: Iterable[Any]) -> None:
        for hour, direction, answered, ended, cause, succeeded, count in sorts:
            totals, hourly = self._totals, self._hourly[int(hour)]
            totals["calls"] += count
            totals[direction] += count
            totals["answered"] += count * answered
            totals[f"ended {direction}"] += count * ended
            totals[f"answered {direction}"] += count * ended * answered
            totals["ended answered"] += count * ended * answered
            totals["succeeded"] += count * succeeded
            hourly["calls"] += count
            hourly["answered"] += count * answered
            if ended:
                self._causes[cause] += count

    def add_turns(self, sorts: Iterable[Any]) -> None:
        for hour, bucket, count, cut_off in sorts:
            self._totals["messages"] += count
            self._totals["cut off"] += cut_off
            if bucket is not None:
                self._latencies[int(hour)][(int(bucket) + 0.5) * self._bucket_ms] += count

    def report(self, *, live: int) -> DayReport:
        """Of everything that was added. Latencies are the middle of their step."""
        totals = self._totals
        latencies: Counter[float] = Counter()
        for found in self._latencies.values():
            latencies.update(found)
        return DayReport(
            calls=totals["calls"],
            inbound=totals["inbound"],
            outbound=totals["outbound"],
            answered=totals["answered"],
            ended_outbound=totals["ended outbound"],
            answered_outbound=totals["answered outbound"],
            ended_answered=totals["ended answered"],
            succeeded=totals["succeeded"],
            live=live,
            messages=totals["messages"],
            turns=latencies.total(),
            latency_p50_ms=nearest_rank(latencies, 0.5),
            latency_p95_ms=nearest_rank(latencies, 0.95),
            barge_ins=totals["cut off"],
            hours=[self._hour(hour) for hour in sorted({*self._hourly, *self._latencies})],
            causes=dict(self._causes.most_common()),
        )

    def _hour(self, hour: int) -> HourReport:
        latencies = self._latencies.get(hour, Counter())
        return HourReport(
            hour=hour,
            calls=self._hourly[hour]["calls"],
            answered=self._hourly[hour]["answered"],
            turns=latencies.total(),
            latency_p95_ms=nearest_rank(latencies, 0.95),
        )
