"""What a run came to: the numbers, whether they are good, and the JSON document that says so."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from simulator.demo.options import Mode
from simulator.demo.scene import STOPWATCH
from simulator.stages import percentiles

Json = dict[str, Any]
Percentiles = Mapping[str, float | None]
STAGES: Final = tuple(name for names in STOPWATCH.values() for name in names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What both sides say about one call after its end."""

    call: Json
    """The gateway: `GET /api/calls/<id>`."""
    line: Json
    """The simulator: `GET /sim/calls/<id>`."""
    expected_turns: int
    recording: Path | None = None
    page: Path | None = None
    wanted_mode: str = "stream"
    """How the conversation was to reach the caller in the end."""
    keeps_recording: bool = False
    """The recording was asked for."""

    @property
    def answers(self) -> list[Json]:
        """The caller's turns that got an audible answer."""
        return [turn for turn in self.line["turns"] if turn["bot_audible_at"] is not None]

    def failures(self) -> list[str]:
        """What did not go well, as sentences."""
        line = self.line
        checks = (
            (not line["line_closed"], "The line is still open."),
            (self.call["state"] != "ended", f"The gateway takes the call to be {self.call['state']}."),
            (
                len(self.answers) < self.expected_turns,
                f"{len(self.answers)} of {self.expected_turns} turns were answered.",
            ),
            (self.call["mode"] != self.wanted_mode, f"The call ended in {self.call['mode']} mode."),
            (self.keeps_recording and self.recording is None, "There is no recording."),
        )
        return [text for holds, text in checks if holds]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The result of a run. Latency is what the callers' ears measure, in ms."""

    mode: Mode
    calls: int
    turns: int
    barge_ins: int
    closed: int
    """Calls whose line is closed."""
    first_call: str
    """The gateway's id of it."""
    closed_by: str
    """Who closed the line of the first call: gateway, caller or carrier."""
    talk_s: float
    """Length of the longest call."""
    transcript: Sequence[Json]
    latency: Sequence[Json]
    latency_ms: Percentiles
    gateway_share_ms: Percentiles
    clear_ms: Percentiles
    slowest_clear_ms: float | None
    gap_max_ms: float
    recording: Path | None
    page: Path | None
    failures: Sequence[str]

    @property
    def ok(self) -> bool:
        return not self.failures

    def as_json(self) -> Json:
        """The contract of `--json`; with several calls `transcript` and `latency` are those of the first."""
        return {
            "ok": self.ok,
            "mode": self.mode,
            "calls": self.calls,
            "turns": self.turns,
            "barge_ins": self.barge_ins,
            "line_closed": self.closed == self.calls,
            "first_call": self.first_call,
            "closed_by": self.closed_by,
            "transcript": list(self.transcript),
            "latency": list(self.latency),
            "latency_ms": dict(self.latency_ms),
            "gateway_share_ms": dict(self.gateway_share_ms),
            "gateway_share_p95_ms": self.gateway_share_ms["p95"],
            "clear_ms": self.slowest_clear_ms,
            "gap_max_ms": self.gap_max_ms,
            "recording": str(self.recording) if self.recording else None,
            "page": str(self.page) if self.page else None,
            "failures": list(self.failures),
        }


def build(mode: Mode, calls: Sequence[Facts], *, missing: Sequence[str] = ()) -> Report:
    """`missing`: what kept calls from being made at all. There must be at least one call."""
    first = calls[0]
    clears = [one["clear_ms"] for facts in calls for one in facts.line["barge_ins"] if one["clear_ms"] is not None]
    return Report(
        mode=mode,
        calls=len(calls) + len(missing),
        turns=sum(len(facts.answers) for facts in calls),
        barge_ins=sum(len(facts.line["barge_ins"]) for facts in calls),
        closed=sum(bool(facts.line["line_closed"]) for facts in calls),
        first_call=str(first.call["id"]),
        closed_by=first.line["hung_up_by"] or "",
        talk_s=max(_talk_s(facts.line) for facts in calls),
        transcript=transcript(first.call),
        latency=latency(first),
        latency_ms=percentiles(_ear_ms(turn, alone=len(calls) == 1) for facts in calls for turn in facts.answers),
        gateway_share_ms=percentiles(_shares(calls)),
        clear_ms=percentiles(clears),
        slowest_clear_ms=max(clears, default=None),
        gap_max_ms=max(facts.line["gap_max_ms"] for facts in calls),
        recording=first.recording,
        page=first.page,
        failures=(*missing, *_failures(calls)),
    )


def transcript(call: Mapping[str, Any]) -> list[Json]:
    """Who said what, and what was heard of it."""
    return [{name: turn[name] for name in ("speaker", "text", "heard", "interrupted")} for turn in call["turns"]]


def latency(facts: Facts) -> list[Json]:
    """One entry for each reply that the gateway timed from the end of speech on, with what the ear measured."""
    timed = [turn for turn in facts.call["turns"] if "total" in turn["timing"]]
    answers = facts.answers if len(facts.answers) == len(timed) else [{}] * len(timed)
    return [
        {
            "turn": turn["index"],
            **{f"{stage}_ms": turn["timing"].get(stage) for stage in STAGES},
            "total_ms": turn["timing"]["total"],
            "ear_ms": answer.get("latency_ms"),
            "ahead_ms": turn["timing"].get("ahead"),
            "gateway_share_ms": turn["timing"].get("gateway"),
        }
        for turn, answer in zip(timed, answers, strict=True)
    ]


def _ear_ms(turn: Mapping[str, Any], *, alone: bool) -> float | None:
    """By the wires; among calls that say the same words only the two ends of the silence are sure."""
    known = turn["latency_ms"] if alone else (turn["bot_audible_at"] - turn["caller_ended_at"]) * 1000
    return None if known is None else round(known, 1)


def _shares(calls: Sequence[Facts]) -> Iterable[float | None]:
    """The gateway's share of each turn by its own stopwatch: what it waits for on purpose is no share, and the wires
    cannot tell one from the other."""
    return [turn["timing"].get("gateway") for facts in calls for turn in facts.call["turns"]]


def _talk_s(line: Mapping[str, Any]) -> float:
    if line["answered_at"] is None or line["ended_at"] is None:
        return 0.0
    return float(line["ended_at"] - line["answered_at"])


def _failures(calls: Sequence[Facts]) -> list[str]:
    if len(calls) == 1:
        return calls[0].failures()
    return [f"Call {number}: {text}" for number, facts in enumerate(calls, 1) for text in facts.failures()]
