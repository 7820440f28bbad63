"""Webhooks at a steady rate beside talking calls: how soon they are acknowledged, what one costs, what calls notice."""

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from benchmarks import callers, tables
from benchmarks.calls import PROMPT
from benchmarks.meter import cpu_s
from benchmarks.stack import Plan, Stack, free_port
from simulator.stages import percentiles

WARM_UP_S: Final = callers.STEP_S * 3
MARGIN_S: Final = 6.0
"""Calls talk so much longer than is measured, so that no end of a call is in it."""
PATIENCE_S: Final = 60.0
AFTER_S: Final = 1.0
"""What was acknowledged is worked in this time at the latest; it counts as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """What is asked for. `own_port`: webhooks go to a port of their own."""

    rate: float
    seconds: float
    calls: int = 0
    lanes: int = 32
    kind: str = "call.cost"
    own_port: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Streamed:
    """Milliseconds from the time at which each was due to its acknowledgement; processor time in percent of a core."""

    sent: int
    acknowledged: int
    ms: Sequence[float]
    seconds: float
    cpu_us: float
    """For each webhook, beyond what the gateway used before."""
    calls_percent: float
    """What the gateway used without webhooks."""
    share_ms: dict[str, float | None]
    """The gateway's share of the turns of calls, in the whole run."""
    failed_calls: int


def measure(plan: Plan, stream: Stream) -> Streamed:
    """Raises StackFailed, httpx.HTTPError, OSError."""
    port = free_port()
    settings = {**PROMPT, **plan.settings, "MAX_CALLS": str(stream.calls + 10)}
    if stream.own_port:
        settings["WEBHOOK_PORT"] = str(port)
    with Stack(Plan(cores=plan.cores, settings=settings, profile=plan.profile, seed=plan.seed)) as stack:
        target = port if stream.own_port else stack.port
        _load(target, Stream(rate=100, seconds=1, kind=stream.kind))
        ids = _ring(stack, stream)
        before = _spent(stack, stream.seconds)
        began = cpu_s(stack.gateway)
        found = _load(target, stream)
        time.sleep(AFTER_S)
        used = cpu_s(stack.gateway) - began
        _until_over(stack, ids)
        calls = [stack.sim("GET", f"/sim/calls/{one}") for one in ids]
        took = found["took_s"] + AFTER_S
        count = max(1, len(found["ms"]))
        return Streamed(
            sent=len(found["ms"]),
            acknowledged=found["answers"].get("200", 0),
            ms=found["ms"],
            seconds=found["seconds"],
            cpu_us=1e6 * (used - before * took) / count,
            calls_percent=100 * before,
            share_ms=dict(stack.sim("GET", "/sim/summary")["gateway_share_ms"]),
            failed_calls=sum(call["answered_at"] is None for call in calls),
        )


def rows(found: Streamed, stream: Stream) -> list[tuple[str, ...]]:
    """A head and one row."""
    ms = percentiles(found.ms)
    share = tables.trio(found.share_ms)
    head = ("a second", "calls", "sent", "acknowledged", "ms p50", "p95", "p99", "max", "µs each")
    cells = (f"{stream.rate:g}", str(stream.calls), str(found.sent), str(found.acknowledged))
    times = tuple(tables.number(value) for value in (ms["p50"], ms["p95"], ms["p99"], max(found.ms)))
    more = (f"{found.calls_percent:.1f}", share, str(found.failed_calls))
    return [
        (*head, "core % before", "share ms p50/95/99", "failed calls"),
        (*cells, *times, f"{found.cpu_us:.0f}", *more),
    ]


def _spent(stack: Stack, seconds: float) -> float:
    """Of a core, as a part of 1, over so many seconds."""
    began, at = cpu_s(stack.gateway), time.monotonic()
    time.sleep(seconds)
    return (cpu_s(stack.gateway) - began) / (time.monotonic() - at)


def _ring(stack: Stack, stream: Stream) -> list[str]:
    """Have all callers talk; their ids at the carrier."""
    if not stream.calls:
        return []
    seconds = 2 * stream.seconds + callers.SPREAD_S + WARM_UP_S + MARGIN_S
    ids = []
    for index in range(stream.calls):
        script = callers.script(callers.script_name(index), seconds)
        ids.append(str(stack.sim("POST", "/sim/calls", body={"script": script})["id"]))
        time.sleep(callers.SPREAD_S / stream.calls)
    time.sleep(callers.STEP_S)
    return ids


def _until_over(stack: Stack, ids: Sequence[str]) -> None:
    """Wait until all calls have ended, for a while."""
    until = time.monotonic() + PATIENCE_S
    while ids and time.monotonic() < until and stack.api("/health").json()["live_calls"]:
        time.sleep(1.0)


def _load(port: int, stream: Stream) -> dict[str, Any]:
    """What the other process has found, and how long it took in all (`took_s`)."""
    command = [sys.executable, "-m", "benchmarks.webhook_load", "--port", str(port), "--kind", stream.kind]
    command += ["--rate", str(stream.rate), "--seconds", str(stream.seconds), "--lanes", str(stream.lanes)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()  # ready: all is signed
        began = time.monotonic()
        process.stdin.write(b"\n")
        process.stdin.flush()
        found: dict[str, Any] = json.loads(process.stdout.readline())
        return {**found, "took_s": time.monotonic() - began}
