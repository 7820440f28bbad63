"""One step: a fresh simulator and a fresh system, so many callers at once, and what that came to."""

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import httpx

from benchmarks import callers
from benchmarks.machine import Cores
from benchmarks.meter import Sample, read_lag, rss, sample
from benchmarks.peers.rig import PeerStack
from benchmarks.peers.systems import System
from benchmarks.results import Collected, Result, evaluate
from benchmarks.stack import Plan, Stack

SETTLE_S: Final = 2.0
SAMPLE_EVERY_S: Final = 0.25
LOOK_EVERY: Final = 4
"""Samples between two looks at the calls."""
PATIENCE: Final = 2.5
"""Callers who talk so many times longer than asked for have hung."""
PATIENCE_S: Final = 30.0
"""And so much beyond: for greeting and goodbye."""
WARM_UP_S: Final = callers.STEP_S * 2
FEW: Final = 3
"""So few callers talk LONGER times as long: a percentile of a handful of turns says little."""
LONGER: Final = 3
SETTINGS: Final = {"TURN_ENDPOINTING": "fixed", "TURN_SPECULATION": "false"}
"""Of the gateway: it neither waits on purpose nor makes replies ahead."""


class NoAnswer(Exception):
    """Not a single call was answered."""


def run(system: System, calls: int, *, seconds: float, cores: Cores, python: Path) -> Result:
    """Raises NoAnswer, StackFailed, httpx.HTTPError."""
    with stack_for(system, calls, cores=cores, python=python) as stack:
        collected = _collect(stack, calls, seconds=talk_s(calls, seconds))
    if not any(call["answered_at"] for call in collected.calls):
        raise NoAnswer(f"none of {calls} calls")
    return evaluate(collected)


def stack_for(system: System, calls: int, *, cores: Cores, python: Path) -> Stack:
    if system.form:
        return PeerStack(Plan(cores=cores), python=python, form=system.form)
    return Stack(Plan(cores=cores, settings={**SETTINGS, "MAX_CALLS": str(calls + 10)}))


def talk_s(calls: int, seconds: float) -> float:
    """How long each of so many callers talks; those who ring first wait for the last."""
    longer = seconds * LONGER if calls < FEW else seconds
    return longer + callers.spread_s(calls) - callers.SPREAD_S


def script(index: int, seconds: float) -> dict[str, Any]:
    """The benchmark's caller without opening question marks, which are pauses to a voice that is made of tones.

    They make the pause in the middle of a sentence 214 ms, and a detector that takes 200 ms of silence for an end
    would answer half a sentence. Both systems get the same callers.
    """
    plain = json.dumps(callers.script(callers.script_name(index), seconds), ensure_ascii=False).replace("¿", "")
    return dict(json.loads(plain))


def _collect(stack: Stack, calls: int, *, seconds: float) -> Collected:
    time.sleep(SETTLE_S)
    rss_idle = rss(stack.gateway)
    _warm_up(stack)
    rss_warm = rss(stack.gateway)
    lag_before = _lag(stack)
    samples = [sample(stack.gateway, stack.simulator)]
    ids = _ring(stack, [script(index, seconds) for index in range(calls)], samples=samples)
    _wait(stack, samples, patience_s=PATIENCE_S + PATIENCE * seconds)
    return Collected(
        wanted_turns=[callers.turns(callers.script_name(index), seconds) for index in range(calls)],
        calls=[stack.sim("GET", f"/sim/calls/{one}") for one in ids],
        summary=stack.sim("GET", "/sim/summary"),
        samples=samples,
        lag_before=lag_before,
        lag_after=_lag(stack),
        ready_s=stack.ready_s,
        rss_idle=rss_idle,
        rss_warm=rss_warm,
    )


def _lag(stack: Stack) -> dict[float, float]:
    """The peer has no such figures."""
    return {} if isinstance(stack, PeerStack) else read_lag(stack.api("/metrics").text)


def _warm_up(stack: Stack) -> None:
    """One short call, so that libraries are loaded and connections have been made; then it is forgotten."""
    _ring(stack, [script(0, WARM_UP_S)], samples=[])
    _wait(stack, [], patience_s=PATIENCE_S + PATIENCE * WARM_UP_S)
    time.sleep(SETTLE_S)
    stack.sim("POST", "/sim/reset")


def _ring(stack: Stack, scripts: Sequence[Any], *, samples: list[Sample]) -> list[str]:
    ids = []
    spread = callers.spread_s(len(scripts))
    began = time.monotonic()
    for index, one in enumerate(scripts):
        time.sleep(max(0.0, began + index * spread / len(scripts) - time.monotonic()))
        ids.append(str(stack.sim("POST", "/sim/calls", body={"script": one})["id"]))
        samples.append(sample(stack.gateway, stack.simulator))
    return ids


def _wait(stack: Stack, samples: list[Sample], *, patience_s: float) -> None:
    """Until all calls are over, on both sides."""
    deadline = time.monotonic() + patience_s
    while _live(stack) and time.monotonic() < deadline:
        for _ in range(LOOK_EVERY):
            time.sleep(SAMPLE_EVERY_S)
            samples.append(sample(stack.gateway, stack.simulator))


def _live(stack: Stack) -> bool:
    calls = stack.sim("GET", "/sim/calls")["calls"]
    if not all(call["line_closed"] for call in calls):
        return True
    try:
        return bool(stack.api("/health").json()["live_calls"])
    except httpx.TimeoutException:
        return True
