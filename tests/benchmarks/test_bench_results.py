"""From what was collected to the figures of a run."""

from typing import Any

import pytest

from benchmarks.aims import missed
from benchmarks.meter import MB, Sample, lag_between, read_frames, read_lag, window
from benchmarks.results import Collected, Result, evaluate

METRICS = """
gateway_event_loop_lag_seconds_bucket{le="0.001"} 10.0
gateway_event_loop_lag_seconds_bucket{le="0.002"} 98.0
gateway_event_loop_lag_seconds_bucket{le="0.16"} 100.0
gateway_event_loop_lag_seconds_bucket{le="+Inf"} 100.0
gateway_media_frames_total{direction="in"} 1500.0
"""


def at(second: float, *, cpu_s: float = 0.0, wait_s: float = 0.0, rss: int = 100 * MB) -> Sample:
    return Sample(at=second, gateway_cpu_s=cpu_s, simulator_cpu_s=second / 10, gateway_wait_s=wait_s, gateway_rss=rss)


def call(**changes: Any) -> dict[str, Any]:
    return {
        "answered_at": 10.0,
        "ended_at": 50.0,
        "hung_up_by": "gateway",
        "gap_max_ms": 0.0,
        "turns": [{"bot_audible_at": 20.0, "gateway_share_ms": 5.0}],
        "barge_ins": [{"clear_ms": 80.0}],
        **changes,
    }


def summary(**changes: Any) -> dict[str, Any]:
    some = {"p50": 1.0, "p95": 2.0, "p99": 3.0}
    names = ("latency_ms", "providers_ms", "gateway_share_ms", "clear_ms", "gap_max_ms")
    counts = ("turns", "barge_ins", "barge_ins_without_clear", "client_faults")
    late = {"simulator_late_ms": 9.0, "simulator_late_percent": 0.5}
    return {**dict.fromkeys(names, some), **dict.fromkeys(counts, 0), **late, "stages": {"ear_ms": some}, **changes}


def result(*calls: dict[str, Any], samples: list[Sample] | None = None, **changes: Any) -> Result:
    found = calls or (call(), call())
    collected = Collected(
        wanted_turns=[1] * len(found),
        calls=found,
        summary=summary(**changes),
        samples=samples or [at(0.0), at(10.0, cpu_s=1.0), at(30.0, cpu_s=1.4, rss=101 * MB), at(60.0, cpu_s=2.0)],
        lag_before={},
        lag_after=read_lag(METRICS),
        ready_s=1.0,
        rss_idle=90 * MB,
        rss_warm=100 * MB,
    )
    return evaluate(collected)


def test_processor_and_memory_are_those_of_the_time_in_which_all_talk() -> None:
    found = result()
    assert found.window_s == 20.0
    assert found.cpu_percent == pytest.approx(1.0)
    assert found.mb_per_call == pytest.approx(0.5)
    assert found.simulator_percent == pytest.approx(10.0)


def test_the_whole_run_is_divided_by_the_seconds_of_all_calls() -> None:
    assert result().cpu_whole_percent == pytest.approx(100 * 2.0 / 80)


def test_a_call_fails_without_an_answer_to_each_turn_and_without_a_goodbye() -> None:
    mute = call(turns=[{"bot_audible_at": None, "gateway_share_ms": None}])
    assert result(call(), mute, call(hung_up_by="caller")).failed == 2


def test_a_run_with_a_busy_or_late_simulator_is_invalid() -> None:
    busy = [at(10.0), Sample(at=30.0, gateway_cpu_s=1, simulator_cpu_s=20, gateway_wait_s=0, gateway_rss=MB)]
    assert result().invalid == ()
    assert len(result(samples=busy).invalid) == 1
    assert len(result(simulator_late_percent=3.0).invalid) == 1


def test_the_share_is_that_of_the_turns_while_all_talk() -> None:
    turns = [
        {"bot_audible_at": 20.0, "gateway_share_ms": share, "caller_ended_at": at_s}
        for at_s, share in ((5.0, 90.0), (20.0, 7.0), (25.0, 8.0), (55.0, 99.0))
    ]
    assert result(call(turns=turns)).share_ms["p99"] == 8.0


def test_a_call_that_was_lost_early_does_not_end_the_window() -> None:
    assert result(call(), call(answered_at=5.0, ended_at=6.0)).window_s == 20.0


def test_a_run_in_which_others_took_the_core_is_invalid() -> None:
    assert len(result(samples=[at(10.0), at(30.0, wait_s=1.0)]).invalid) == 1


def test_a_window_needs_two_samples() -> None:
    samples = [at(1.0), at(2.0), at(3.0)]
    assert window(samples, 1.5, until=9.0) == (samples[1], samples[2])
    assert window(samples, 2.5, until=9.0) is None


def test_the_lag_is_the_upper_bound_of_its_bucket() -> None:
    assert lag_between({}, read_lag(METRICS)) == {"p50_ms": 2.0, "p99_ms": 160.0, "max_ms": 160.0}
    assert lag_between(read_lag(METRICS), read_lag(METRICS))["p99_ms"] is None
    assert read_frames(METRICS) == 1500


def test_missed_aims_are_named_and_those_for_one_call_spare_more() -> None:
    slow = summary()["gateway_share_ms"] | {"p95": 15.0}
    processor, memory = missed(result())
    assert processor == "processor per call, % of a core: 1.0, aim 0.33"
    assert memory == "memory per call, MB: 0.5, aim 0.2"
    assert len(missed(result(gateway_share_ms=slow))) == 2
    assert len(missed(result(call(), gateway_share_ms=slow))) == 3
