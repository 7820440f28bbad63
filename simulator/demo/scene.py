"""What is known of a call while one looks at it: events in, the conversation so far out.

Nothing here draws, waits or asks for the time; `at` is seconds on the clock of the simulator (CLOCK_MONOTONIC).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any, Final, Literal

from simulator.demo.feed import Event
from simulator.letters import letters

PHASES: Final = ("dialing", "ringing", "answered", "talking", "ending", "ended")
Speaker = Literal["caller", "agent"]
WIRE: Final[Mapping[str, tuple[str, ...]]] = {
    "stt": ("stt_ms",),
    "brain": ("brain_ms",),
    "voice": ("voice_ms",),
    "gateway": ("ear_ms", "to_brain_ms", "to_voice_ms", "to_ear_ms"),
    "carrier": ("carrier_ms",),
}
"""The parts of a turn in the simulator's stages, as measured on the wires."""
STOPWATCH: Final[Mapping[str, tuple[str, ...]]] = {
    "stt": ("stt",),
    "decision": ("endpoint",),
    "brain": ("brain", "clause"),
    "voice": ("voice",),
    "gateway": ("dispatch", "handover", "playout"),
}
"""The same parts in the gateway's own timing; what the carrier takes is hidden from it."""


_MOMENT_MS: Final = 5.0
"""A decision that took no longer was none."""


def _waited(timing: Mapping[str, float]) -> dict[str, float]:
    """What the caller waited for; what was made ready `ahead` of the decision passed unnoticed."""
    hidden, waited = timing.get("ahead", 0.0), dict(timing)
    for name in ("brain", "clause", "handover", "voice"):
        whole = timing.get(name, 0.0)
        waited[name], hidden = max(0.0, whole - hidden), max(0.0, hidden - whole)
    return waited


@dataclass(slots=True, kw_only=True)
class Line:
    """What one side says at a time. It is open until the gateway has closed the turn."""

    speaker: Speaker
    began_at: float
    text: str = ""
    heard: int = 0
    """How many characters of the text the other side has heard."""
    open: bool = True
    interrupted: bool = False
    aside: bool = False
    """Into the other's speech, without taking the floor."""
    index: int | None = None
    timing: Mapping[str, float] = field(default_factory=dict)
    wire: Mapping[str, Any] = field(default_factory=dict)
    """The simulator's turn that this line answers."""

    def begins(self, whole: "Line") -> bool:
        """Whether this is what was understood of `whole` before something came in between."""
        return (
            self.index is None
            and not self.aside
            and self.speaker == whole.speaker == "caller"
            and whole.text.startswith(self.text)
        )

    @property
    def ear_ms(self) -> float | None:
        """From the caller's last sound to the first of the answer, at the caller's ear."""
        latency = self.wire.get("latency_ms")
        return None if latency is None else float(latency)

    @property
    def on_wires(self) -> bool:
        """The simulator saw every step of this turn, one after the other: none was waited for or done ahead."""
        if "ahead" in self.timing or self.timing.get("endpoint", 0.0) > _MOMENT_MS:
            return False
        stages = self.wire.get("stages") or {}
        return all(stages.get(name) is not None for names in WIRE.values() for name in names)

    def parts(self) -> dict[str, float]:
        """Where the time went, in ms: on the wires when all of it is known there, else by the gateway's stopwatch."""
        if self.on_wires:
            stages = self.wire["stages"]
            return {part: round(sum(stages[name] for name in names), 1) for part, names in WIRE.items()}
        if "total" not in self.timing:
            return {}
        waited = _waited(self.timing)
        parts = {part: round(sum(waited.get(name, 0.0) for name in names), 1) for part, names in STOPWATCH.items()}
        return {part: ms for part, ms in parts.items() if ms or part != "decision"}


class Scene:
    """One call as a spectator sees it."""

    def __init__(self, *, caller: str, began_at: float) -> None:
        self.caller = caller
        self.began_at = began_at
        self.ended_at: float | None = None
        self.reached: dict[str, float] = {}
        """When each phase began."""
        self.mode = ""
        self.lines: list[Line] = []

    @property
    def phase(self) -> str:
        """The last phase that began; empty before the first."""
        return list(self.reached)[-1] if self.reached else ""

    def apply(self, event: Event, at: float) -> None:
        """Something happened in this call."""
        match event.topic:
            case "call.state":
                self._state(event.body, at)
            case "call.words":
                self._words(event.body["speaker"], str(event.body["pii_text"]), at=at)
            case "call.turn":
                self._turn(event.body, at)
            case "call.barge_in":
                self._barge_in(event.body["outcome"])

    def measure(self, line: Mapping[str, Any]) -> None:
        """Take over what the simulator knows by now: what was heard, and how long the answers took."""
        speaking = self._last("agent")
        if speaking is not None and speaking.open:
            heard = (one["text"] for one in line["heard"] if one["started_at"] >= speaking.began_at)
            speaking.heard = place_of(speaking.text, len(letters("".join(heard))))
        self._link(line["turns"])

    def _state(self, body: Mapping[str, Any], at: float) -> None:
        self.reached.setdefault(body["phase"], at)
        self.mode = body.get("mode") or self.mode
        if body["phase"] == "ended":
            self.ended_at = at
            for line in self.lines:
                line.open = False

    def _words(self, speaker: Speaker, text: str, *, at: float) -> None:
        """The agent's come clause by clause, the caller's as all that is understood so far of the turn."""
        if not text:
            return  # a voice was noticed, no word is understood yet
        line = self._last(speaker)
        if line is None or not line.open:
            line = self._begin(speaker, at)
        line.text = text if speaker == "caller" else f"{line.text} {text}".strip()
        if speaker == "caller":
            line.heard = len(text)

    def _turn(self, body: Mapping[str, Any], at: float) -> None:
        if body["speaker"] == "caller":
            self._drop_superseded()
        line = self._for_turn(body["speaker"], body["index"], at=at)
        line.index = body["index"]
        line.text = body["pii_text"]
        line.heard = len(body["pii_heard"])
        line.interrupted = bool(body["interrupted"])
        line.timing = body["timing"]
        line.open = False
        self.lines = [one for one in self.lines if one is line or not one.begins(line)]

    def _drop_superseded(self) -> None:
        """A reply that is still open when the caller's next turn counts was given up before anybody heard it."""
        reply = self._last("agent")
        if reply is not None and reply.open:
            self.lines.remove(reply)

    def _for_turn(self, speaker: Speaker, index: int, *, at: float) -> Line:
        """The line that becomes this turn. A caller who goes on replaces what was taken for the whole turn."""
        last = self._last(speaker)
        if last is None:
            return self._begin(speaker, at)
        before = next((line for line in self.lines if line.index == index), None)
        if before is not None and last.open and last is not before:
            self.lines.remove(last)
        return before or (last if last.open else self._begin(speaker, at))

    def _barge_in(self, outcome: str) -> None:
        caller = self._last("caller")
        if outcome == "resumed" and caller is not None and caller.open:
            caller.aside, caller.open = True, False

    def _begin(self, speaker: Speaker, at: float) -> Line:
        if speaker == "agent":
            for line in self.lines:
                line.open = False  # what the caller has begun and not finished, e.g. when the stream broke
        self.lines.append(Line(speaker=speaker, began_at=at))
        return self.lines[-1]

    def _last(self, speaker: Speaker) -> Line | None:
        return next((line for line in reversed(self.lines) if line.speaker == speaker), None)

    def _link(self, turns: list[dict[str, Any]]) -> None:
        """Answers to the questions that they answer: by their words, in the order of the call."""
        waiting = list(turns)
        question = ""
        for line in self.lines:
            if line.speaker == "caller":
                question = letters(line.text)
                continue
            found = next((turn for turn in waiting if question and letters(turn["said"]).endswith(question)), None)
            if found is not None:
                line.wire = found
                waiting = waiting[waiting.index(found) + 1 :]
            question = ""


def place_of(text: str, count: int) -> int:
    """How many characters of the text hold its first `count` letters and digits, with what follows the last of them."""
    known = accumulate(len(letters(character)) for character in text)
    return next((place for place, have in enumerate(known) if have > count), len(text))
