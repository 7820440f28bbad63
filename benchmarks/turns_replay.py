"""The command `python -m benchmarks.turns_replay`: turn taking computed from the scenes and the turn machine alone.

No sound and no socket: delays are drawn from the published ones with fixed seeds, so that two runs are the same and a
rule can be judged in seconds. What only sound shows (coughs, noise, what was heard of a reply) is left to
`benchmarks.turns`.
"""

import argparse
import heapq
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from random import Random
from typing import Final

from benchmarks import tables
from benchmarks.turns_play import GREETINGS, NAIVE_MS
from control_plane.core.turn import commands as c
from control_plane.core.turn.events import (
    AgentStarted,
    AgentStopped,
    FinalHeard,
    InterimHeard,
    SoundJudged,
    SpeechStarted,
    SpeechStopped,
    TurnEvent,
)
from control_plane.core.turn.guesses import said_words, same_words
from control_plane.core.turn.machine import TurnMachine
from control_plane.core.turn.policy import SPECULATIONS, EndpointingKind, TurnPolicy, tuned
from simulator.caller.scenes import SCENES, Scene, SceneTurn, scenes
from simulator.delays import Spread
from simulator.stages import percentiles

STARTED_S: Final = (0.08, 0.13)
"""A voice is noticed so long after its first sound, the longer the more hiss it begins with."""
STOPPED_S: Final = 0.12
FINAL: Final = Spread(p50=0.047, p95=0.098)
"""The recogniser's words, after they were asked for."""
INTERIM_S: Final = 0.5
FIRST_TOKEN: Final = Spread(p50=0.350, p95=0.500)
FIRST_SOUND: Final = Spread(p50=0.180, p95=0.230)
BESIDE_S: Final = 0.07
"""First clause and the carrier's clock."""
CHARACTERS_PER_S: Final = 14.0
SHORTEST_S: Final = 0.4
REPLY_LASTS_S: Final = 4.0
THINKS_S: Final = 1.0
"""Between the bot's last sound and the caller's first."""
SEEDS: Final = 10
"""So often each scene is played, each time with other delays."""
JUDGED_S: Final = 0.06
"""A verdict about the sound, after the voice fell silent."""

Voice = Callable[[str, int, int], float | None]
"""Scene, turn and part → how finished its sound is, 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Of one turn. `cut_off_after`: the pause into which the bot spoke."""

    scene: str
    text: str
    paused: bool
    latency_ms: float
    cut_off_after: int | None = None


@dataclass(slots=True)
class _Reply:
    words: tuple[str, ...]
    ready_at: float
    committed: bool = False
    held: bool = False


@dataclass(slots=True)
class _Call:
    """One scene in virtual time."""

    scene: Scene
    machine: TurnMachine
    voice: Voice | None
    chance: Random
    now: float = 0.0
    reply: _Reply | None = None
    outcomes: list[Outcome] = field(default_factory=list)
    _events: list[tuple[float, int, TurnEvent]] = field(default_factory=list)
    _number: "count[int]" = field(default_factory=count)

    def play(self) -> list[Outcome]:
        self._agent(GREETINGS[self.scene.language])
        for place, turn in enumerate(self.scene.turns):
            self._turn(place, turn)
        return self.outcomes

    def _agent(self, text: str) -> None:
        self._tell(AgentStarted(), self.now)
        self._tell(AgentStopped(said=text), self.now + REPLY_LASTS_S)

    def _turn(self, place: int, turn: SceneTurn) -> None:
        spans = self._speak(place, turn)
        over, cut_off = spans[-1][1], None
        while True:
            audible = self._until_audible()
            after = sum(begun < audible for begun, _ in spans) - 1
            if audible >= over:
                break
            cut_off = after if cut_off is None else cut_off
            self._tell(AgentStarted(), audible)
        self.outcomes.append(
            Outcome(
                scene=self.scene.name,
                text=turn.text,
                paused=len(spans) > 1,
                latency_ms=(audible - over) * 1000,
                cut_off_after=cut_off,
            )
        )
        self._agent(turn.answer)

    def _speak(self, place: int, turn: SceneTurn) -> list[tuple[float, float]]:
        """Put all of the turn on the line; from when to when each part sounds."""
        at, spans = self.now + THINKS_S, []
        for part, text in enumerate(turn.texts):
            ends = at + max(len(text) / CHARACTERS_PER_S, SHORTEST_S)
            spans.append((at, ends))
            self._later(at + self.chance.uniform(*STARTED_S), SpeechStarted())
            self._interims(text, at, ends=ends)
            self._later(ends + STOPPED_S, SpeechStopped(silent_s=STOPPED_S))
            self._later(ends + STOPPED_S + FINAL.draw(self.chance), FinalHeard(text=text, ends_speech=False))
            self._verdict(place, part, ends=ends)
            at = ends + (turn.pauses_s[part] if part < len(turn.pauses_s) else 0.0)
        return spans

    def _verdict(self, place: int, part: int, *, ends: float) -> None:
        finished = self.voice(self.scene.name, place, part) if self.voice else None
        if finished is not None:
            self._later(ends + STOPPED_S + JUDGED_S, SoundJudged(finished=finished))

    def _interims(self, text: str, at: float, *, ends: float) -> None:
        """What the recogniser believes while the voice goes on."""
        for step in range(1, int((ends - at) / INTERIM_S) + 1):
            heard = text[: int(len(text) * step * INTERIM_S / (ends - at))].rpartition(" ")[0]
            self._later(at + step * INTERIM_S, InterimHeard(text=heard))

    def _later(self, at: float, event: TurnEvent) -> None:
        heapq.heappush(self._events, (at, next(self._number), event))

    def _until_audible(self) -> float:
        """Let time pass until a reply is heard."""
        while True:
            reply = self.reply
            heard_at = reply.ready_at if reply and reply.committed and not reply.held else float("inf")
            wakes_at = self.machine.wake_at if self.machine.wake_at is not None else float("inf")
            comes_at = self._events[0][0] if self._events else float("inf")
            if heard_at <= min(wakes_at, comes_at):
                self.reply = None
                return heard_at
            if comes_at <= wakes_at:
                at, _, event = heapq.heappop(self._events)
                self._tell(event, at)
            else:
                self.now = wakes_at
                self._obey(self.machine.tick(wakes_at))

    def _reply_s(self) -> float:
        return FIRST_TOKEN.draw(self.chance) + FIRST_SOUND.draw(self.chance) + BESIDE_S

    def _tell(self, event: TurnEvent, at: float) -> None:
        self.now = at
        self._obey(self.machine.handle(event, at))

    def _obey(self, commands: Sequence[c.TurnCommand]) -> None:
        for command in commands:
            match command:
                case c.Speculate(text=text):
                    self.reply = _Reply(said_words(text), self.now + self._reply_s())
                case c.Commit(text=text):
                    guess = self.reply if self.reply is not None and same_words(text, self.reply.words) else None
                    self.reply = guess or _Reply(said_words(text), self.now + self._reply_s())
                    self.reply.committed, self.reply.held = True, False
                    self.reply.ready_at = max(self.reply.ready_at, self.now)
                case c.Withdraw() | c.CutOff():
                    self.reply = self.reply if self.reply is not None and self.reply.committed else None
                case c.Hold() if self.reply is not None:
                    self.reply.held = True
                case c.Release() if self.reply is not None:
                    self.reply.held, self.reply.ready_at = False, max(self.reply.ready_at, self.now)
                case _:
                    pass


def replay(
    wanted: Iterable[Scene], *, policy: TurnPolicy, voice: Voice | None = None, seeds: int = SEEDS
) -> list[Outcome]:
    """What becomes of each turn that is no interruption."""
    wanted = tuple(wanted)
    return [
        outcome
        for seed in range(seeds)
        for scene in wanted
        for outcome in _Call(
            scene, TurnMachine(tuned(replace(policy, language=scene.language))), voice, Random(f"{seed}:{scene.name}")
        ).play()
    ]


def row(name: str, outcomes: Sequence[Outcome]) -> tables.Row:
    known = [one.latency_ms for one in outcomes]
    paused = [one for one in outcomes if one.paused]
    cut_off = [one for one in paused if one.cut_off_after is not None]
    middle = percentiles(known)
    return (
        name,
        str(len(outcomes)),
        tables.number(middle["p50"], 0),
        tables.number(middle["p95"], 0),
        tables.number(100 * sum(one < NAIVE_MS for one in known) / len(known), 0),
        str(len(paused)),
        tables.number(100 * len(cut_off) / max(len(paused), 1)),
    )


HEAD: Final = ("scenes", "turns", "p50 ms", "p95 ms", "under 777 ms %", "with pauses", "cut off per 100")
POLICY: Final = TurnPolicy(endpointing=EndpointingKind.SEMANTIC, speculations=SPECULATIONS)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.turns_replay", description=__doc__)
    parser.add_argument("--corpus", choices=tuple(SCENES), help="one of them; both otherwise")
    parser.add_argument("--language", choices=("es", "en"))
    parser.add_argument("--show", action="store_true", help="a line for every turn that was cut off")
    options = parser.parse_args()
    rows: list[tables.Row] = [HEAD]
    for corpus in (options.corpus,) if options.corpus else SCENES:
        wanted = [scene for scene in scenes(corpus) if options.language in (None, scene.language)]
        outcomes = replay(wanted, policy=POLICY)
        rows.append(row(corpus, outcomes))
        if options.show:
            print(*(f"{one.scene}: {one.text!r}" for one in outcomes if one.cut_off_after is not None), sep="\n")
    print(tables.markdown(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
