"""What the verdicts of one strategy come to: the figures that count, and the aims for them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.results import DISTURBED_PERCENT, LATE_PERCENT, SATURATED_PERCENT
from benchmarks.turns_judge import AlarmVerdict, CallVerdict, TurnVerdict
from benchmarks.turns_play import NAIVE_MS, Played
from simulator.stages import percentiles

ALL: Final = "all"
_SPECULATIONS: Final = re.compile(r'^gateway_speculations_total\{[^}]*outcome="([^"]+)"[^}]*\} (\S+)$', re.MULTILINE)
_WASTE: Final = re.compile(r"^gateway_speculation_waste_(\w+)_total (\S+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnFigures:
    """Of one strategy in one language. A share is of a hundred; None: there was nothing to judge."""

    strategy: str
    language: str
    turns: int
    unanswered: int
    latency_p50_ms: float | None
    latency_p95_ms: float | None
    under_naive: float | None
    paused: int
    """Turns with pauses in them."""
    cut_off: float | None
    cut_off_open: float | None
    """Of the turns whose words looked unfinished before every pause."""
    cut_off_complete: float | None
    torn: int
    """Turns without a pause that were answered into."""
    wrong: int
    """Answers to something else than the whole turn."""
    alarms: int
    resumed: float | None
    silenced: float | None
    """False alarms for which the bot fell silent at all."""
    heard: int
    heard_right: float | None
    heard_exact: float | None
    clear_p95_ms: float | None
    clear_max_ms: float | None
    without_clear: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnResult:
    """One run of one strategy."""

    strategy: str
    figures: tuple[TurnFigures, ...]
    """All first, then each language."""
    speculations: dict[str, float]
    """Outcome → how often; empty when the gateway counts none."""
    waste: dict[str, float]
    """Tokens and characters of replies that nobody heard because the caller went on, as the gateway counts them."""
    costs: dict[str, float]
    """How often model and voice were asked, and how much they wrote and spoke, as they saw it."""
    seconds: float
    stages_ms: dict[str, dict[str, float | None]]
    """Where the time between the caller's last sound and the answer went."""
    verdicts: tuple[CallVerdict, ...]
    invalid: tuple[str, ...]
    failures: tuple[str, ...]


def evaluate(strategy: str, played: Played) -> TurnResult:
    languages = sorted({turn.language for call in played.verdicts for turn in call.turns})
    return TurnResult(
        strategy=strategy,
        figures=tuple(figures(strategy, played.verdicts, language=language) for language in (ALL, *languages)),
        speculations=_counts(_SPECULATIONS, played.metrics),
        waste=_counts(_WASTE, played.metrics),
        costs=dict(played.summary["costs"]),
        seconds=played.seconds,
        stages_ms=dict(played.summary["stages"]),
        verdicts=played.verdicts,
        invalid=tuple(_doubts(played)),
        failures=tuple(failures(played.verdicts)),
    )


def figures(strategy: str, calls: Sequence[CallVerdict], *, language: str) -> TurnFigures:
    wanted = [call for call in calls if language in (ALL, *(turn.language for turn in call.turns))]
    turns = [turn for call in wanted for turn in call.turns if turn.played]
    known = [turn.latency_ms for turn in turns if turn.latency_ms is not None]
    latency = percentiles(known)
    paused = [turn for turn in turns if turn.pauses_s]
    alarms = [alarm for call in wanted for alarm in call.alarms if alarm.tested]
    heard = [one for call in wanted for one in call.heard]
    clears = [one for call in wanted for one in call.clear_ms]
    return TurnFigures(
        strategy=strategy,
        language=language,
        turns=len(turns),
        unanswered=len(turns) - len(known),
        latency_p50_ms=latency["p50"],
        latency_p95_ms=latency["p95"],
        under_naive=share(one < NAIVE_MS for one in known),
        paused=len(paused),
        cut_off=share(turn.cut_off for turn in paused),
        cut_off_open=share(turn.cut_off for turn in paused if "complete" not in turn.looks),
        cut_off_complete=share(turn.cut_off for turn in paused if "complete" in turn.looks),
        torn=sum(turn.cut_off for turn in turns if not turn.pauses_s),
        wrong=sum(not turn.answered_right for turn in turns),
        alarms=len(alarms),
        resumed=share(alarm.resumed for alarm in alarms),
        silenced=share(alarm.silenced for alarm in alarms),
        heard=len(heard),
        heard_right=share(one.right for one in heard),
        heard_exact=share(one.exact for one in heard),
        clear_p95_ms=percentiles(clears)["p95"],
        clear_max_ms=max(clears, default=None),
        without_clear=sum(call.without_clear for call in wanted),
    )


def share(judged: Iterable[bool]) -> float | None:
    """Of a hundred."""
    all_of_them = list(judged)
    return round(100 * sum(all_of_them) / len(all_of_them), 1) if all_of_them else None


def failures(calls: Sequence[CallVerdict]) -> Iterable[str]:
    """A line for everything that went wrong: scene, words, what."""
    for call in calls:
        for turn in call.turns:
            yield from (f"{turn.scene}: {_words(turn)}: {fault}" for fault in turn.faults)
        yield from (_alarm(alarm) for alarm in call.alarms if not (alarm.tested and alarm.resumed))
        for one in call.heard:
            if not one.right:
                yield (
                    f"{one.scene}: interrupted by {one.interruption!r}: "
                    f"the ears got {one.ears[-60:]!r}, stored is {one.stored[-60:]!r}"
                )
        if call.faults or call.without_clear:
            name = call.turns[0].scene if call.turns else "?"
            yield f"{name}: {call.faults} faults on the media socket, {call.without_clear} interruptions without clear"


def _words(turn: TurnVerdict) -> str:
    latency = "" if turn.latency_ms is None else f" ({turn.latency_ms:.0f} ms)"
    return f"{turn.text!r}{latency}"


def _alarm(alarm: AlarmVerdict) -> str:
    rest = f"this was not spoken: {alarm.unheard[:60]!r}"
    what = rest if alarm.tested else "came when the bot did not speak: nothing to judge"
    return f"{alarm.scene}: {alarm.kind} {alarm.text!r}: {what}"


def _counts(pattern: re.Pattern[str], metrics: str) -> dict[str, float]:
    counts: dict[str, float] = {}
    for name, count in pattern.findall(metrics):
        counts[name] = counts.get(name, 0.0) + float(count)
    return counts


def _doubts(played: Played) -> Iterable[str]:
    first, last = played.samples[0], played.samples[-1]
    seconds = max(last.at - first.at, 0.001)
    simulator = 100 * (last.simulator_cpu_s - first.simulator_cpu_s) / seconds
    waited = 100 * (last.gateway_wait_s - first.gateway_wait_s) / seconds
    late = float(played.summary["simulator_late_percent"])
    if simulator > SATURATED_PERCENT:
        yield f"the simulator used {simulator:.0f} % of its core"
    if late > LATE_PERCENT:
        yield f"{late:.1f} % of the simulator's ticks were late"
    if waited > DISTURBED_PERCENT:
        yield f"other programs took the gateway's core for {waited:.1f} % of the time"
