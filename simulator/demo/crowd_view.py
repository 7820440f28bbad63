"""How many calls look in a terminal while they run."""

from typing import Final

from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from simulator.demo.crowd import FAILED, Crowd

_STYLES: Final = {"waiting": "dim", "talking": "green", "ended": "bold", FAILED: "bold red"}


def render(crowd: Crowd, now: float) -> RenderableType:
    """A bar of the calls that are over, counts by state, percentiles so far."""
    grid = Table.grid(expand=True, padding=(0, 2, 0, 0))
    grid.add_column(ratio=1)
    grid.add_column(no_wrap=True)
    grid.add_row(
        ProgressBar(total=crowd.size, completed=crowd.ended),
        f"{crowd.ended} of {crowd.size} calls · {now - crowd.began_at:5.1f} s",
    )
    return Group(grid, states(crowd), numbers(crowd))


def states(crowd: Crowd) -> Text:
    """`waiting 3 · ringing 2 · talking 15`."""
    text = Text()
    for state, count in crowd.by_state().items():
        text.append(" · " if text else "", style="dim")
        text.append(f"{state} {count}", style=_STYLES.get(state, ""))
    return text


def numbers(crowd: Crowd) -> Text:
    latency, share = crowd.latency_ms(), crowd.share_ms()
    if latency["p50"] is None:
        return Text("nobody has been answered yet", style="dim")
    return Text(
        f"{crowd.turns} turns, {crowd.barge_ins} barge-ins · latency p50 {latency['p50']:.0f} p95 {latency['p95']:.0f}"
        f" p99 {latency['p99']:.0f} ms · gateway p95 {share['p95']:.1f} ms"
    )
