"""A short past of a few figures, for small charts."""

from collections import deque
from collections.abc import Mapping
from typing import Final

SERIES: Final = ("at", "calls_live", "answer_ms", "cpu_percent", "memory_mb")


class History:
    """Rows of the last `seconds`, one every `every_s`; the oldest goes when a new one comes."""

    def __init__(self, *, seconds: float, every_s: float) -> None:
        self._rows: deque[tuple[float | None, ...]] = deque(maxlen=max(2, round(seconds / every_s)))

    def add(self, row: Mapping[str, float | None]) -> None:
        """`None` where a figure was not known."""
        self._rows.append(tuple(row[name] for name in SERIES))

    def columns(self) -> dict[str, list[float | None]]:
        if not self._rows:
            return {name: [] for name in SERIES}
        return dict(zip(SERIES, (list(column) for column in zip(*self._rows, strict=True)), strict=True))
