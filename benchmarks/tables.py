"""How figures are written: for the terminal, and as Markdown rows."""

from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Final

from benchmarks.limits import verdict
from benchmarks.results import Percentiles, Result

Row = Sequence[str]
UNKNOWN: Final = "–"


def number(value: float | None, digits: int = 1) -> str:
    """`12.3`; a dash for what is not known."""
    return UNKNOWN if value is None else f"{value:.{digits}f}"


def trio(values: Percentiles) -> str:
    """`p50 / p95 / p99`."""
    return " / ".join(number(values[name]) for name in ("p50", "p95", "p99"))


COLUMNS: Final[Mapping[str, Callable[[Result], str]]] = {
    "calls": lambda result: str(result.calls),
    "failed": lambda result: str(result.failed),
    "turns": lambda result: str(result.turns),
    "latency ms p50/95/99": lambda result: trio(result.latency_ms),
    "share ms p50/95/99": lambda result: trio(result.share_ms),
    "clear ms p50/95/99": lambda result: trio(result.clear_ms),
    "gap ms p99/max": lambda result: f"{number(result.gap_ms['p99'], 0)} / {number(result.gap_max_ms, 0)}",
    "faults": lambda result: str(result.client_faults),
    "cpu %/call": lambda result: number(result.cpu_percent, 2),
    "whole %/call": lambda result: number(result.cpu_whole_percent, 2),
    "lag ms p99/max": lambda result: f"{number(result.lag['p99_ms'], 0)} / {number(result.lag['max_ms'], 0)}",
    "RSS MB idle/warm/busy": lambda result: " / ".join(
        number(value, 0) for value in (result.rss_idle_mb, result.rss_warm_mb, result.rss_busy_mb)
    ),
    "MB/call": lambda result: number(result.mb_per_call, 2),
    "simulator % / late %": lambda result: f"{result.simulator_percent:.0f} / {result.simulator_late_percent:.1f}",
    "simulator %/call": lambda result: number(result.simulator_percent_per_call, 2),
    "waited %": lambda result: number(result.waited_percent, 1),
    "valid": lambda result: "no" if result.invalid else "yes",
    "verdict": verdict,
}

SPREAD: Final[Mapping[str, Callable[[Result], float | None]]] = {
    "share p50 ms": lambda result: result.share_ms["p50"],
    "share p95 ms": lambda result: result.share_ms["p95"],
    "share p99 ms": lambda result: result.share_ms["p99"],
    "clear p95 ms": lambda result: result.clear_ms["p95"],
    "clear p99 ms": lambda result: result.clear_ms["p99"],
    "gap max ms": lambda result: result.gap_max_ms,
    "cpu %/call": lambda result: result.cpu_percent,
    "MB/call": lambda result: result.mb_per_call,
}


def result_rows(results: Sequence[Result]) -> list[Row]:
    """A head, and one row for each result."""
    return [tuple(COLUMNS), *(tuple(column(result) for column in COLUMNS.values()) for result in results)]


def stage_rows(results: Sequence[Result]) -> list[Row]:
    """p50 and p95 of each stage of a turn, one row for each result."""
    names = tuple(results[0].stages)
    head = ("calls", *(f"{name.removesuffix('_ms')} p50/95" for name in names))
    return [
        head,
        *(
            (str(result.calls), *(" / ".join(number(result.stages[name][p]) for p in ("p50", "p95")) for name in names))
            for result in results
        ),
    ]


def spread_rows(results: Sequence[Result]) -> list[Row]:
    """Smallest, middle and largest figure of the valid runs with the same number of calls; none for a single run."""
    rows: list[Row] = []
    for calls in dict.fromkeys(result.calls for result in results):
        same = [result for result in results if result.calls == calls and not result.invalid]
        if len(same) > 1:
            rows.append((str(calls), str(len(same)), *(_spread(same, value) for value in SPREAD.values())))
    return [("calls", "runs", *SPREAD), *rows] if rows else []


def _spread(results: Sequence[Result], value: Callable[[Result], float | None]) -> str:
    known = [found for result in results if (found := value(result)) is not None]
    if not known:
        return UNKNOWN
    return " / ".join(number(figure, 2) for figure in (min(known), median(known), max(known)))


def plain(rows: Sequence[Row]) -> str:
    """Columns of equal width, right-aligned."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    *aligned, last = widths
    del last
    return "\n".join(
        "  ".join((*(cell.rjust(width) for cell, width in zip(row, aligned, strict=False)), row[-1])) for row in rows
    )


def markdown(rows: Sequence[Row]) -> str:
    """A table with a head."""
    head, *body = rows
    lines = [head, ["---:"] * len(head), *body]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
