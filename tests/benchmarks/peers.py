"""Results of the comparison with the peer, made up."""

from dataclasses import fields
from typing import Any

from benchmarks.peers.climb import Verdict
from benchmarks.peers.figures import Step
from benchmarks.results import Result

PERCENTILES = {"p50": 10.0, "p95": 20.0, "p99": 30.0}


def peer_result(**changes: Any) -> Result:
    """One run in which nothing went wrong."""
    values: dict[str, Any] = {
        "failed": 0, "stages": {}, "invalid": (), "latency_ms": PERCENTILES, "providers_ms": PERCENTILES,
        "share_ms": PERCENTILES, "clear_ms": PERCENTILES, "gap_ms": {"p50": 0.0, "p95": 0.0, "p99": 0.0},
        "lag": {"p50_ms": None, "p99_ms": None, "max_ms": None}, "clear_max_ms": 40.0,
    }  # fmt: skip
    rest = {field.name: 1 for field in fields(Result) if field.name not in values}
    return Result(**{**rest, **values, **changes})


def peer_step(system: str, calls: int, *, repeat: int = 0, **changes: Any) -> Step:
    """A step that held."""
    result = peer_result(calls=calls, **changes)
    return Step(system=system, repeat=repeat, calls=calls, verdict=Verdict.HELD, reason="", result=result)
