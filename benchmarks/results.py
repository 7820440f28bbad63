"""What one run with N calls came to: from what was collected to the figures that count."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from benchmarks.meter import MB, Lag, Sample, lag_between, window
from simulator.stages import percentiles

SATURATED_PERCENT: Final = 90.0
"""Of its core; a simulator that needs more measures itself."""
LATE_PERCENT: Final = 2.0
"""Of the carrier's ticks, more than 5 ms late; more of them and the p95 of a turn is the simulator's."""
DISTURBED_PERCENT: Final = 2.0
"""Of the time; a gateway that waits longer for its core does not have it for itself."""
SHORTEST_WINDOW_S: Final = 5.0

Json = Mapping[str, Any]
Percentiles = Mapping[str, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What was seen of one run. Times are seconds of CLOCK_MONOTONIC, memory is in bytes."""

    wanted_turns: Sequence[int]
    """How many answers each caller waited for."""
    calls: Sequence[Json]
    """`GET /sim/calls/<id>` of each, in the same order."""
    summary: Json
    """`GET /sim/summary`."""
    samples: Sequence[Sample]
    lag_before: Lag
    lag_after: Lag
    ready_s: float
    rss_idle: int
    rss_warm: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One run. Percentages are of one core."""

    calls: int
    failed: int
    turns: int
    measured: int
    """Turns whose every stage is known."""
    latency_ms: Percentiles
    providers_ms: Percentiles
    share_ms: Percentiles
    """Of the turns in the window; of all when there are none."""
    stages: Mapping[str, Percentiles]
    barge_ins: int
    without_clear: int
    clear_ms: Percentiles
    clear_max_ms: float | None
    gap_ms: Percentiles
    """Of the longest gap of each call."""
    gap_max_ms: float
    client_faults: int
    window_s: float
    """While all callers talked."""
    cpu_percent: float
    """In the window, divided by the number of calls."""
    cpu_whole_percent: float
    """Of the whole run, set-up and recordings included, divided by the seconds of all calls."""
    lag: Percentiles
    ready_s: float
    rss_idle_mb: float
    rss_warm_mb: float
    """After one call, when all libraries are loaded."""
    rss_busy_mb: float
    """At the end of the window."""
    mb_per_call: float
    waited_percent: float
    """Of the window, for its core; below zero when its own threads ran more than that."""
    simulator_percent: float
    simulator_percent_per_call: float
    simulator_late_percent: float
    """Of its ticks, by more than 5 ms."""
    simulator_late_ms: float
    """The latest tick."""
    invalid: tuple[str, ...]
    """Why these figures are not the gateway's; empty for a valid run."""


def evaluate(collected: Collected) -> Result:
    """Raises ValueError when not a single call was answered."""
    calls, summary = collected.calls, collected.summary
    first, last = _window(collected)
    seconds = last.at - first.at
    simulator = 100 * (last.simulator_cpu_s - first.simulator_cpu_s) / seconds
    waited = 100 * (last.gateway_wait_s - first.gateway_wait_s) / seconds
    late = float(summary["simulator_late_percent"])
    return Result(
        calls=len(calls),
        failed=sum(map(_failed, calls, collected.wanted_turns)),
        turns=int(summary["turns"]),
        measured=sum(turn["gateway_share_ms"] is not None for call in calls for turn in call["turns"]),
        latency_ms=summary["latency_ms"],
        providers_ms=summary["providers_ms"],
        share_ms=_shares(calls, first.at, until=last.at) or summary["gateway_share_ms"],
        stages=summary["stages"],
        barge_ins=int(summary["barge_ins"]),
        without_clear=int(summary["barge_ins_without_clear"]),
        clear_ms=summary["clear_ms"],
        clear_max_ms=max(_clears(calls), default=None),
        gap_ms=summary["gap_max_ms"],
        gap_max_ms=max(float(call["gap_max_ms"]) for call in calls),
        client_faults=int(summary["client_faults"]),
        window_s=round(seconds, 1),
        cpu_percent=round(100 * (last.gateway_cpu_s - first.gateway_cpu_s) / seconds / len(calls), 3),
        cpu_whole_percent=round(_whole(collected), 3),
        lag=lag_between(collected.lag_before, collected.lag_after),
        ready_s=round(collected.ready_s, 2),
        rss_idle_mb=_mb(collected.rss_idle),
        rss_warm_mb=_mb(collected.rss_warm),
        rss_busy_mb=_mb(last.gateway_rss),
        mb_per_call=round((last.gateway_rss - collected.rss_warm) / MB / len(calls), 3),
        waited_percent=round(waited, 2),
        simulator_percent=round(simulator, 1),
        simulator_percent_per_call=round(simulator / len(calls), 3),
        simulator_late_percent=late,
        simulator_late_ms=float(summary["simulator_late_ms"]),
        invalid=tuple(_doubts(simulator, late, waited=waited, seconds=seconds)),
    )


def _window(collected: Collected) -> tuple[Sample, Sample]:
    """From the last answer to the first end after it; when that is nothing, the whole run."""
    answered = [call["answered_at"] for call in collected.calls if call["answered_at"] is not None]
    if not answered:
        raise ValueError("no call was answered")
    ended = [end for call in collected.calls if (end := call["ended_at"]) is not None and end > max(answered)]
    if not ended:
        return collected.samples[0], collected.samples[-1]
    found = window(collected.samples, max(answered), until=min(ended))
    return found or (collected.samples[0], collected.samples[-1])


def _shares(calls: Iterable[Json], since: float, *, until: float) -> Percentiles | None:
    """Of the turns whose caller finished between two times: set-up and farewells are not what is measured."""
    shares = [
        turn["gateway_share_ms"]
        for call in calls
        for turn in call["turns"]
        if turn["gateway_share_ms"] is not None and since <= turn.get("caller_ended_at", until + 1) <= until
    ]
    return percentiles(shares) if shares else None


def _whole(collected: Collected) -> float:
    first, last = collected.samples[0], collected.samples[-1]
    talked = sum(
        float(call["ended_at"] - call["answered_at"])
        for call in collected.calls
        if call["answered_at"] is not None and call["ended_at"] is not None
    )
    return 100 * (last.gateway_cpu_s - first.gateway_cpu_s) / talked


def _failed(call: Json, wanted: int) -> bool:
    """Whether an answer is missing, or the bot did not say goodbye and hang up."""
    answered = sum(turn["bot_audible_at"] is not None for turn in call["turns"])
    return call["answered_at"] is None or answered < wanted or call["hung_up_by"] != "gateway"


def _clears(calls: Iterable[Json]) -> list[float]:
    return [one["clear_ms"] for call in calls for one in call["barge_ins"] if one["clear_ms"] is not None]


def _doubts(simulator_percent: float, late_percent: float, *, waited: float, seconds: float) -> Iterable[str]:
    if simulator_percent > SATURATED_PERCENT:
        yield f"the simulator used {simulator_percent:.0f} % of its core"
    if late_percent > LATE_PERCENT:
        yield f"{late_percent:.1f} % of the simulator's ticks were late"
    if waited > DISTURBED_PERCENT:
        yield f"other programs took the gateway's core for {waited:.1f} % of the time"
    if seconds < SHORTEST_WINDOW_S:
        yield f"all callers talked at once for only {seconds:.1f} s"


def _mb(size: int) -> float:
    return round(size / MB, 1)
