"""How the end of a run looks: a panel for one call, a table of percentiles for many."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from rich.box import ROUNDED
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from simulator.demo.report import Percentiles, Report

Show = Callable[[Path], str]
_MANY_FAILURES: Final = 10


def summary(report: Report, show: Show = str) -> RenderableType:
    """`show` writes the paths."""
    facts = one_call(report) if report.calls == 1 else many_calls(report)
    parts: list[RenderableType] = [facts]
    if report.failures:
        parts += [Text(), *_failures(report.failures)]
    title = "the call went well" if report.calls == 1 else "all calls went well"
    panel = Panel(
        Group(*parts),
        title=Text(f" {title if report.ok else 'this did not go well'} ", style="bold"),
        border_style="green" if report.ok else "red",
        box=ROUNDED,
        padding=(0, 1),
    )
    return Group(panel, *places(report, show))


def one_call(report: Report) -> RenderableType:
    clear = "" if report.slowest_clear_ms is None else f", the bot fell silent after {report.slowest_clear_ms:.0f} ms"
    closed = f"closed by the {report.closed_by}" if report.closed else "open"
    rows = (
        ("turns", f"{report.turns} in {report.talk_s:.0f} s"),
        ("barge-ins", f"{report.barge_ins}{clear}"),
        ("line", closed),
        ("latency", f"{_pair(report.latency_ms)} at the caller's ear"),
        ("gateway", f"{_pair(report.gateway_share_ms)} of it are the gateway's own"),
        ("gaps", f"longest hole in a sentence {report.gap_max_ms:.0f} ms"),
    )
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim")
    grid.add_column()
    for name, value in rows:
        grid.add_row(name, value)
    return grid


def many_calls(report: Report) -> RenderableType:
    table = Table(box=None, padding=(0, 2), header_style="dim")
    for name, side in (("in ms", "left"), ("p50", "right"), ("p95", "right"), ("p99", "right")):
        table.add_column(name, justify="right" if side == "right" else "left")
    for name, values in (
        ("latency at the caller's ear", report.latency_ms),
        ("share of the gateway", report.gateway_share_ms),
        ("silence after a barge-in", report.clear_ms),
    ):
        table.add_row(name, *(_ms(values[key]) for key in ("p50", "p95", "p99")))
    counts = Text(
        f"{report.calls} calls · {report.turns} turns · {report.barge_ins} barge-ins · "
        f"{report.closed} lines closed · longest gap {report.gap_max_ms:.0f} ms"
    )
    return Group(counts, Text(), table)


def places(report: Report, show: Show) -> Iterable[RenderableType]:
    """Where to hear and see the call, one line each, never wrapped: people copy them."""
    for name, path in (("recording", report.recording), ("page", report.page)):
        if path is not None:
            yield Text.assemble((f"{name:<10}", "dim"), show(path), no_wrap=True, overflow="ignore")


def from_here(path: Path) -> str:
    """The path as one would type it in this folder, when that is shorter."""
    return min((os.path.relpath(path), str(path)), key=len)


def _failures(failures: Iterable[str]) -> Iterable[Text]:
    told = list(failures)
    for failure in told[:_MANY_FAILURES]:
        yield Text(f"✗ {failure}", style="red")
    if len(told) > _MANY_FAILURES:
        yield Text(f"  and {len(told) - _MANY_FAILURES} more", style="red")


def _pair(values: Percentiles) -> str:
    return f"p50 {_ms(values['p50'])} ms, p95 {_ms(values['p95'])} ms"


def _ms(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f}" if value >= 10 else f"{value:.1f}"
