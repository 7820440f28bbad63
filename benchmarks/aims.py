"""What the gateway shall reach, and whether a result does."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from benchmarks.results import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """`most` is the largest value that reaches it; it holds up to so many calls."""

    name: str
    most: float
    value: Callable[[Result], float | None]
    calls: int = 300


AIMS: Final = (
    Aim(name="failed calls", most=0, value=lambda result: result.failed),
    Aim(name="gateway's share p95 at one call, ms", most=5, value=lambda result: result.share_ms["p95"], calls=1),
    Aim(name="gateway's share p95, ms", most=20, value=lambda result: result.share_ms["p95"]),
    Aim(name="to clear, longest, ms", most=120, value=lambda result: result.clear_max_ms),
    Aim(name="interruptions without clear", most=0, value=lambda result: result.without_clear),
    Aim(name="longest gap, ms", most=40, value=lambda result: result.gap_max_ms),
    Aim(name="processor per call, % of a core", most=0.33, value=lambda result: result.cpu_percent),
    Aim(name="memory per call, MB", most=0.2, value=lambda result: result.mb_per_call),
    Aim(name="start to ready, s", most=1.5, value=lambda result: result.ready_s),
    Aim(name="idle memory, MB", most=120, value=lambda result: result.rss_idle_mb),
)


def missed(result: Result) -> list[str]:
    """A sentence for each aim that this result does not reach; what is unknown is not reached."""
    sentences = []
    for aim in AIMS:
        value = aim.value(result)
        if result.calls <= aim.calls and (value is None or value > aim.most):
            sentences.append(f"{aim.name}: {value if value is not None else 'unknown'}, aim {aim.most:g}")
    return sentences
