"""The scenes played through a gateway: its bots, who rings when, and what is to be read when all is over."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from benchmarks.meter import Sample, sample
from benchmarks.stack import Stack
from benchmarks.turns_judge import CallVerdict, judge
from simulator.caller.scenes import Scene

Json = Mapping[str, Any]
STT_ENDPOINT_MS: Final = 200
"""Of silence, after which the recogniser closes an utterance: what the gateway asks for unless told otherwise."""
DELAYS: Final[Mapping[str, object]] = {
    "deepgram_final_ms": {"p50": 247 - STT_ENDPOINT_MS, "p95": 298 - STT_ENDPOINT_MS},
    "llm_first_token_ms": {"p50": 350, "p95": 500},
    "tts_first_byte_ms": {"p50": 180, "p95": 230},
}
"""Published figures; that of the recogniser counts from the caller's last sound, so the silence is taken off."""
NAIVE_MS: Final = 247 + 350 + 180
"""What the providers take one after the other, in the middle."""
GREETINGS: Final = {"es": "Buenas, ¿en qué le puedo ayudar?", "en": "Hello, how can I help you?"}
PERSONAS: Final = {
    "es": "{corpus}_es. Eres quien contesta el teléfono de un negocio. Responde con una o dos frases.",
    "en": "{corpus}_en. You answer the telephone of a business. Answer in one or two sentences.",
}
NUMBERS: Final = {"es": "+525550000101", "en": "+525550000102"}
SAMPLE_EVERY_S: Final = 0.25
RING_EVERY_S: Final = 0.7
"""Callers do not ring in step."""
PATIENCE_S: Final = 240.0
"""No scene takes longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """One run of one strategy."""

    verdicts: tuple[CallVerdict, ...]
    summary: Json
    samples: tuple[Sample, ...]
    metrics: str
    seconds: float


def play(stack: Stack, scenes: Sequence[Scene], *, at_once: int, persona: str = "turns") -> Played:
    """All scenes, at most so many at a time; `persona`: the simulator's model answers as one of this name."""
    _prepare(stack, {scene.language for scene in scenes}, persona=persona)
    began = time.monotonic()
    waiting = list(scenes)
    ids: list[str] = []
    samples: list[Sample] = []
    rung_at = -RING_EVERY_S
    while waiting or _live(stack):
        now = time.monotonic()
        if waiting and now - rung_at >= RING_EVERY_S and _live(stack) < at_once:
            ids.append(_ring(stack, waiting.pop(0), caller=len(ids)))
            rung_at = now
        samples.append(sample(stack.gateway, stack.simulator))
        if now - began > PATIENCE_S * (1 + len(scenes) / at_once):
            raise TimeoutError("a call does not end")
        time.sleep(SAMPLE_EVERY_S)
    _wait_for_gateway(stack)
    ahead_s = time.time() - time.monotonic()
    verdicts = tuple(
        judge(scene, stack.sim("GET", f"/sim/calls/{one}"), stored=_stored(stack, caller), ahead_s=ahead_s)
        for caller, (scene, one) in enumerate(zip(scenes, ids, strict=True))
    )
    return Played(
        verdicts=verdicts,
        summary=stack.sim("GET", "/sim/summary"),
        samples=tuple(samples),
        metrics=stack.api("/metrics").text,
        seconds=round(time.monotonic() - began, 1),
    )


def _prepare(stack: Stack, languages: set[str], *, persona: str) -> None:
    """A bot and a number for each language, as people would make them; and one call, so that all is loaded."""
    stack.sim("PATCH", "/sim/delays", body=DELAYS)
    for language in sorted(languages):
        greeting = dict.fromkeys(("morning", "afternoon", "night"), GREETINGS[language])
        draft = {
            "name": f"Turns {language}",
            "persona": PERSONAS[language].format(corpus=persona),
            "language": language,
            "greetings": greeting,
            "tools": [],
            "record": False,
        }
        bot = _post(stack, "/api/bots", body={"slug": f"turns-{language}", "draft": draft})
        _post(stack, f"/api/bots/{bot['id']}/publish", body={})
        _post(stack, "/api/numbers", body={"e164": NUMBERS[language], "bot_id": bot["id"]})


def _post(stack: Stack, path: str, *, body: Json) -> Any:
    answer = stack.http.post(stack.url + path, json=body)
    answer.raise_for_status()
    return answer.json()


def _number(caller: int) -> str:
    return f"+5255{70000000 + caller}"


def _ring(stack: Stack, scene: Scene, *, caller: int) -> str:
    body = {"script": scene.source, "from": _number(caller), "to": NUMBERS[scene.language]}
    return str(stack.sim("POST", "/sim/calls", body=body)["id"])


def _live(stack: Stack) -> int:
    return sum(not call["line_closed"] for call in stack.sim("GET", "/sim/calls")["calls"])


def _wait_for_gateway(stack: Stack) -> None:
    """Turns are stored behind the calls."""
    deadline = time.monotonic() + 20.0
    while stack.api("/health").json()["live_calls"] and time.monotonic() < deadline:
        time.sleep(SAMPLE_EVERY_S)
    time.sleep(1.0)


def _stored(stack: Stack, caller: int) -> Sequence[Json]:
    found = stack.http.get(f"{stack.url}/api/calls", params={"number": _number(caller)})
    found.raise_for_status()
    items = found.json()["items"]
    return stack.api(f"/api/calls/{items[0]['id']}").json()["turns"] if items else []
