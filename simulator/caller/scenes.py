"""Scenes that ship with the simulator: what a caller does, and what the bot is to answer to each turn."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal

from simulator.caller.script import SCRIPTS, BadScript, Interrupt, Say, Script, parse_script

SCENES: Final = {"tuned": SCRIPTS / "turns", "held_out": SCRIPTS / "turns_held_out"}
"""What was looked at while the rules of turn taking were made, and what was not."""
Looks = Literal["open", "complete"]
_LOOKS: Final = frozenset({"open", "complete"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneTurn:
    """One turn of the caller. `looks`: how the words before each of its pauses look to somebody who only reads them."""

    texts: tuple[str, ...]
    answer: str
    pauses_s: tuple[float, ...] = ()
    looks: tuple[Looks, ...] = ()
    interrupts: bool = False

    @property
    def text(self) -> str:
        return " ".join(self.texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One call."""

    name: str
    about: str
    script: Script
    source: Mapping[str, Any]
    """The script in JSON form, as the control API takes it."""
    turns: tuple[SceneTurn, ...]

    @property
    def language(self) -> str:
        return self.script.language


@lru_cache(maxsize=2)
def scenes(corpus: str = "tuned") -> tuple[Scene, ...]:
    """All of one corpus, by name. Raises BadScript."""
    paths = sorted(SCENES[corpus].glob("*.json"))
    return tuple(parse_scene(path.stem, json.loads(path.read_text(encoding="utf-8"))) for path in paths)


def parse_scene(name: str, data: Mapping[str, Any]) -> Scene:
    """A script in JSON form, whose turns have an `answer`, and `looks` where they have pauses. Raises BadScript."""
    steps = [{key: value for key, value in step.items() if key not in ("answer", "looks")} for step in data["steps"]]
    source = {**{key: value for key, value in data.items() if key != "about"}, "name": name, "steps": steps}
    script = parse_script(source)
    turns = tuple(
        _turn(name, step, told=told)
        for step, told in zip(script.steps, data["steps"], strict=True)
        if isinstance(step, Say | Interrupt)
    )
    return Scene(name=name, about=data["about"], script=script, source=source, turns=turns)


def answers(corpus: str, language: str) -> Iterable[tuple[tuple[str, ...], str]]:
    """What is said from pause to pause, and what is answered to it."""
    found = (scene for scene in scenes(corpus) if scene.language == language)
    return ((turn.texts, turn.answer) for scene in found for turn in scene.turns)


def _turn(scene: str, step: Say | Interrupt, *, told: Mapping[str, Any]) -> SceneTurn:
    pauses_s = step.pauses_s if isinstance(step, Say) else ()
    looks = tuple(told.get("looks", ()))
    if not told.get("answer") or len(looks) != len(pauses_s) or set(looks) - _LOOKS:
        raise BadScript(f"{scene}: a turn has an answer, and looks for each pause: {told}")
    return SceneTurn(
        texts=step.texts if isinstance(step, Say) else (step.text,),
        answer=told["answer"],
        pauses_s=pauses_s,
        looks=looks,
        interrupts=isinstance(step, Interrupt),
    )
