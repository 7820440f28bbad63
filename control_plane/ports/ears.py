"""What calls were like at the caller's ear, as it is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class EarRecord:
    """One call. Lengths in milliseconds."""

    call_id: str
    latency_p95_ms: float | None
    latency_max_ms: float | None
    dead_air_ms: int
    talk_over_ms: int
    report: Mapping[str, Any]
    """Spans and the worst stretch: written and read by `services/calls/ears.py`."""


class EarStore(Protocol):
    """Each method is one transaction and may raise StoreUnavailable."""

    async def save(self, ear: EarRecord, *, turns: Mapping[int, int]) -> None:
        """Keep it, replacing an earlier one of the call; `turns` are latencies by the number of the turn.

        Raises Rejected for an unknown call.
        """
        ...

    async def of(self, call_id: str) -> EarRecord | None: ...
