"""Counted facts added up."""

from collections.abc import Sequence
from operator import add
from typing import Any

from control_plane.core.analytics.histogram import Pile, middle_ms
from control_plane.core.quantile import nearest_rank
from control_plane.ports.analytics import LATENCIES


class Total:
    """The sums of some columns of facts; those that were not asked for are 0."""

    def __init__(self, columns: Sequence[str]) -> None:
        self._counts = [name for name in columns if name != LATENCIES]
        self._has_latencies = LATENCIES in columns
        self._sums: list[Any] = [0] * len(self._counts)
        self._pile = Pile()
        self._latencies: dict[float, int] | None = None

    def add(self, facts: Sequence[Any]) -> None:
        """A row with the columns in their order, latencies last."""
        self._sums = list(map(add, self._sums, facts))
        if self._has_latencies:
            self._pile.add(facts[-1])

    def _sum(self, name: str) -> Any:
        return self._sums[self._counts.index(name)] if name in self._counts else 0

    @property
    def calls(self) -> int:
        return int(self._sum("calls"))

    @property
    def answered(self) -> int:
        return int(self._sum("answered"))

    @property
    def talked(self) -> int:
        return int(self._sum("talked"))

    @property
    def succeeded(self) -> int:
        return int(self._sum("succeeded"))

    @property
    def minutes(self) -> float:
        return round(float(self._sum("seconds")) / 60, 2)

    @property
    def messages(self) -> int:
        return int(self._sum("messages"))

    @property
    def barge_ins(self) -> int:
        return int(self._sum("barge_ins"))

    @property
    def turns(self) -> int:
        """Answers that were measured."""
        return sum(self._counted().values())

    def latency_ms(self, share: float) -> float | None:
        return nearest_rank(self._counted(), share)

    def _counted(self) -> dict[float, int]:
        if self._latencies is None:
            self._latencies = {middle_ms(slot): count for slot, count in self._pile.counts().items()}
        return self._latencies
