"""What became of each turn of a scene, judged by what the caller's ears got and what the gateway stored of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from benchmarks.turns_heard import SAME_S, HeardVerdict, judge_heard, reply_at, spoken_into
from simulator.caller.scenes import SCENES, Scene, SceneTurn, scenes
from simulator.letters import letters

Json = Mapping[str, Any]
FALSE_ALARMS: Final = ("backchannel", "cough", "noise")


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnVerdict:
    """One turn of the caller. `latency_ms`: last voiced frame to the first audible one of the answer."""

    scene: str
    language: str
    text: str
    pauses_s: tuple[float, ...]
    looks: tuple[str, ...]
    played: bool
    latency_ms: float | None = None
    cut_off_after: int | None = None
    """The bot became audible after this pause (0 the first) had begun, the caller not being done; -1: before any."""
    cut_off_ms: float = 0.0
    """So long after that pause had begun."""
    answered_right: bool = True
    """Whether what the bot said is the answer to the whole turn."""
    answer: str = ""

    @property
    def cut_off(self) -> bool:
        return self.cut_off_after is not None

    @property
    def faults(self) -> tuple[str, ...]:
        """What went wrong, in words."""
        if not self.played:
            return ("not played: the call was over before",)
        found = []
        if self.cut_off_after is not None:
            found.append(self._where())
        if self.latency_ms is None:
            found.append("no answer")
        elif not self.answered_right:
            found.append(f"answered as if something else had been said: {self.answer!r}")
        return tuple(found)

    def _where(self) -> str:
        place = self.cut_off_after
        if place is None or place < 0 or place >= len(self.pauses_s):
            return "answered into, without a pause"
        return (
            f"audible {self.cut_off_ms:.0f} ms after pause {place + 1} began, "
            f"of {self.pauses_s[place]:g} s (words look {self.looks[place]})"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmVerdict:
    """A cough, noise or backchannel into the bot's speech. `tested`: the bot was really speaking."""

    scene: str
    language: str
    kind: str
    text: str
    tested: bool
    silenced: bool
    """The bot fell silent for it, which is no fault by itself."""
    resumed: bool
    """The caller got every word of the reply."""
    stored_as_interrupted: bool
    at: float
    """The first loud frame."""
    until: float
    """When the caller's next turn began."""
    unheard: str = ""
    """What the caller did not get of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallVerdict:
    """One scene."""

    turns: tuple[TurnVerdict, ...]
    alarms: tuple[AlarmVerdict, ...]
    heard: tuple[HeardVerdict, ...]
    clear_ms: tuple[float, ...]
    without_clear: int
    faults: int
    """What the gateway sent that it should not, as the carrier sees it."""


def judge(scene: Scene, call: Json, *, stored: Sequence[Json], ahead_s: float) -> CallVerdict:
    """`call` is the simulator's report, `stored` the gateway's turns; its clock is `ahead_s` ahead of the report's."""
    agent = [{**turn, "started_at": turn["started_at"] - ahead_s} for turn in stored if turn["speaker"] == "agent"]
    played = call["turns"]
    clears = [one["clear_ms"] for one in call["barge_ins"]]
    alarms = tuple(_alarm(scene, said, call=call, agent=agent) for said in call["said"] if said["kind"] in FALSE_ALARMS)
    return CallVerdict(
        turns=tuple(
            _turn(scene, turn, report=played[index] if index < len(played) else None, call=call, agent=agent)
            for index, turn in enumerate(scene.turns)
        ),
        alarms=alarms,
        heard=tuple(
            judge_heard(scene, turn["said"], call=call, agent=agent, at=turn["began_at"], until=turn["caller_ended_at"])
            for turn, planned in zip(played, scene.turns, strict=False)
            if planned.interrupts and spoken_into(call, turn["began_at"])
        )
        + tuple(
            judge_heard(scene, alarm.kind, call=call, agent=agent, at=alarm.at, until=alarm.until)
            for alarm in alarms
            if alarm.tested and alarm.stored_as_interrupted
        ),
        clear_ms=tuple(one for one in clears if one is not None),
        without_clear=clears.count(None),
        faults=len(call["client_faults"]),
    )


def _turn(scene: Scene, turn: SceneTurn, *, report: Json | None, call: Json, agent: Sequence[Json]) -> TurnVerdict:
    planned: dict[str, Any] = {
        "scene": scene.name,
        "language": scene.language,
        "text": turn.text,
        "pauses_s": turn.pauses_s,
        "looks": turn.looks,
    }
    if report is None:
        return TurnVerdict(**planned, played=False)
    audible = report["bot_audible_at"]
    cut_off_after, cut_off_ms = _cut_off(report, call["onsets"])
    answer = _answer_at(audible, agent)
    right = answer is None or _is_answer(answer, turn)
    return TurnVerdict(
        **planned,
        played=True,
        latency_ms=None if audible is None else round((audible - report["caller_ended_at"]) * 1000, 1),
        cut_off_after=None if turn.interrupts else cut_off_after,
        cut_off_ms=cut_off_ms,
        answered_right=right,
        answer="" if right else (answer or "")[:80],
    )


def _cut_off(report: Json, onsets: Sequence[float]) -> tuple[int | None, float]:
    """In or after which pause the bot became audible while the caller was not done, and how long after it had begun."""
    early = [at for at in onsets if report["began_at"] < at < report["caller_ended_at"]]
    if not early:
        return None, 0.0
    begun = [float(pause["at"]) for pause in report["pauses"] if pause["at"] <= early[0]]
    return len(begun) - 1, round(1000 * (early[0] - (begun[-1] if begun else report["began_at"])), 1)


def _answer_at(audible: float | None, agent: Sequence[Json]) -> str | None:
    """The stored text of the reply that became audible then."""
    if audible is None:
        return None
    near = [turn for turn in agent if abs(turn["started_at"] - audible) < SAME_S]
    nearest = min(near, key=lambda turn: abs(turn["started_at"] - audible), default=None)
    return None if nearest is None else str(nearest["text"])


def _is_answer(text: str, turn: SceneTurn) -> bool:
    """Short words are said in several scenes: each of their answers will do, and so will one that was broken off."""
    said, key = letters(text), letters(turn.text)
    others = (other for corpus in SCENES for scene in scenes(corpus) for other in scene.turns)
    same = {turn.answer, *(other.answer for other in others if letters(other.text) == key)}
    return bool(said) and any(letters(answer).startswith(said) for answer in same)


def _alarm(scene: Scene, said: Json, *, call: Json, agent: Sequence[Json]) -> AlarmVerdict:
    at = said["first_loud_at"] or said["started_at"]
    over = max((one["ended_at"] for one in call["heard"]), default=at)
    until = min((turn["began_at"] for turn in call["turns"] if turn["began_at"] > at), default=over)
    reply = reply_at(call, at, agent=agent, until=until)
    return AlarmVerdict(
        scene=scene.name,
        language=scene.language,
        kind=said["kind"],
        text=said["text"],
        tested=spoken_into(call, at),
        silenced=any(at <= clear["at"] <= at + SAME_S for clear in call["clears"]),
        resumed=reply.stored is not None and reply.words == reply.text,
        stored_as_interrupted=reply.stored is not None and bool(reply.stored["interrupted"]),
        at=at,
        until=until,
        unheard=" ".join(reply.text[len(reply.words) :]),
    )
