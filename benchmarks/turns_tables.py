"""How the figures of turn taking are written, and which aims they miss."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.tables import Row, number
from benchmarks.turns_results import ALL, TurnFigures, TurnResult

_COSTS: Final = ("brain_asked", "brain_cancelled", "brain_characters", "voice_asked", "voice_characters")


def _pair(first: float | None, second: float | None, *, digits: int = 0) -> str:
    return f"{number(first, digits)} / {number(second, digits)}"


COLUMNS: Final[Mapping[str, Callable[[TurnFigures], str]]] = {
    "strategy": lambda one: one.strategy,
    "language": lambda one: one.language,
    "turns": lambda one: str(one.turns),
    "latency ms p50/95": lambda one: _pair(one.latency_p50_ms, one.latency_p95_ms),
    "under 777 ms %": lambda one: number(one.under_naive, 0),
    "no answer": lambda one: str(one.unanswered),
    "paused turns": lambda one: str(one.paused),
    "cut off per 100": lambda one: number(one.cut_off),
    "words open/complete": lambda one: _pair(one.cut_off_open, one.cut_off_complete, digits=1),
    "other answer": lambda one: str(one.wrong),
    "false alarms": lambda one: str(one.alarms),
    "resumed per 100": lambda one: number(one.resumed),
    "interrupted": lambda one: str(one.heard),
    "heard right/exact per 100": lambda one: _pair(one.heard_right, one.heard_exact, digits=1),
    "clear ms p95/max": lambda one: _pair(one.clear_p95_ms, one.clear_max_ms),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """`bound` is the worst value that reaches it; `least`: larger values are better."""

    name: str
    bound: float
    value: Callable[[TurnFigures], float | None]
    least: bool = False


AIMS: Final = (
    Aim(name="latency p50, ms", bound=800, value=lambda one: one.latency_p50_ms),
    Aim(name="latency p95, ms", bound=1200, value=lambda one: one.latency_p95_ms),
    Aim(name="under the sum of the delays, %", bound=50, value=lambda one: one.under_naive, least=True),
    Aim(name="cut off per 100 turns with pauses", bound=3, value=lambda one: one.cut_off),
    Aim(name="false alarms resumed per 100", bound=95, value=lambda one: one.resumed, least=True),
    Aim(name="heard text right per 100", bound=99, value=lambda one: one.heard_right, least=True),
    Aim(name="clear p95, ms", bound=120, value=lambda one: one.clear_p95_ms),
    Aim(name="turns without an answer", bound=0, value=lambda one: one.unanswered),
)


def figure_rows(results: Sequence[TurnResult]) -> list[Row]:
    """A head, and for each strategy all turns and those of each language."""
    rows = [one for result in results for one in result.figures]
    return [tuple(COLUMNS), *(tuple(column(one) for column in COLUMNS.values()) for one in rows)]


def cost_rows(results: Sequence[TurnResult]) -> list[Row]:
    """What each strategy asked of model and voice."""
    head = ("strategy", "speculations", "used %", "model asked", "given up", "characters written", "voice asked",
            "characters spoken", "wasted tokens", "wasted characters")  # fmt: skip
    return [head, *(_costs(result) for result in results)]


def _costs(result: TurnResult) -> Row:
    tried = sum(result.speculations.values())
    hits = 100 * result.speculations.get("used", 0.0) / tried if tried else None
    costs = [number(result.costs.get(name), 0) for name in _COSTS]
    waste = [number(result.waste.get(name), 0) for name in ("tokens", "characters")]
    return (result.strategy, number(tried, 0), number(hits, 0), *costs, *waste)


def missed(result: TurnResult) -> list[str]:
    """A sentence for each aim that all turns together do not reach; what is unknown is not reached."""
    found = next(one for one in result.figures if one.language == ALL)
    sentences = []
    for aim in AIMS:
        value = aim.value(found)
        if value is None or (value < aim.bound if aim.least else value > aim.bound):
            sentences.append(f"{aim.name}: {number(value)}, aim {aim.bound:g}")
    return sentences
