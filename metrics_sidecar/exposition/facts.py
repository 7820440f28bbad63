"""What the exposition of a process tells about the process itself."""

from collections.abc import Mapping
from dataclasses import dataclass

from metrics_sidecar.exposition.families import Family


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """`None`: not exposed. Sums grow from the start of the process."""

    memory_bytes: int | None = None
    cpu_s: float | None = None
    lag_sum_s: float | None = None
    lag_count: float | None = None


def facts(families: Mapping[str, Family]) -> Facts:
    memory = _value(families, "process_resident_memory_bytes")
    return Facts(
        memory_bytes=int(memory) if memory is not None else None,
        cpu_s=_value(families, "process_cpu_seconds", suffix="_total"),
        lag_sum_s=_value(families, "gateway_event_loop_lag_seconds", suffix="_sum"),
        lag_count=_value(families, "gateway_event_loop_lag_seconds", suffix="_count"),
    )


def cpu_percent(before: Facts, after: Facts, *, seconds: float) -> float | None:
    """Of one core, between two readings."""
    if before.cpu_s is None or after.cpu_s is None or seconds <= 0 or after.cpu_s < before.cpu_s:
        return None
    return 100 * (after.cpu_s - before.cpu_s) / seconds


def lag_ms(before: Facts, after: Facts) -> float | None:
    """How late the event loop woke its sleepers on average, between two readings."""
    if before.lag_sum_s is None or before.lag_count is None or after.lag_sum_s is None or after.lag_count is None:
        return None
    count = after.lag_count - before.lag_count
    return 1000 * (after.lag_sum_s - before.lag_sum_s) / count if count > 0 else None


def _value(families: Mapping[str, Family], name: str, *, suffix: str = "") -> float | None:
    family = families.get(name)
    values = [float(sample.value) for sample in family.samples if sample.suffix == suffix] if family else []
    return values[0] if values and 0 <= values[0] < 2**60 else None
