"""The command `python -m benchmarks.calls`: N callers talk at once, and this tells what that costs.

For each N a fresh simulator and a fresh gateway are started; the gateway has one core for itself, everything else
shares the others.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from benchmarks import callers, limits, machine, starts, tables
from benchmarks.aims import missed
from benchmarks.beside import Beside
from benchmarks.hotspots import hotspots, read
from benchmarks.meter import Sample, cpu_s, read_frames, read_lag, rss, sample
from benchmarks.results import Collected, Result, evaluate
from benchmarks.stack import Plan, Stack
from simulator.stages import percentiles

SETTLE_S: Final = 2.0
"""Before memory is read: recordings are written, connections closed."""
SAMPLE_EVERY_S: Final = 0.25
LOOK_EVERY: Final = 4
"""Samples between two looks at the calls."""
PATIENCE: Final = 4.0
"""Callers who talk so many times longer than asked for have hung."""
WARM_UP_S: Final = callers.STEP_S * 3
PROMPT: Final = {"TURN_ENDPOINTING": "fixed", "TURN_SPECULATION": "false"}
"""Nothing is waited for on purpose and nothing is made ready ahead: what is measured is the gateway's own work."""


def main() -> int:
    options = _options()
    cores = machine.divide(machine.available_cores(), options.pin)
    if not cores.pinned:
        print("Only one core: the simulator takes from what is measured.", file=sys.stderr)
    machine.settle(cores.others)
    if options.start:
        print(tables.plain(starts.measure(cores, times=options.start)))
        return 0
    settings = {**PROMPT, "RECORD_CALLS": "false"} if options.no_record else dict(PROMPT)
    machine.files_for(max(options.calls))
    results = list(_results(options, cores, settings=settings))
    _print(results)
    if options.until_breaks:
        print(f"held: {limits.held(results)} calls; at {results[-1].calls}: {limits.verdict(results[-1])}")
    if options.json:
        document = {"machine": machine.describe(), "results": [asdict(result) for result in results]}
        options.json.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    return 1 if any(result.invalid for result in results) else 0


def _results(options: argparse.Namespace, cores: machine.Cores, *, settings: Mapping[str, str]) -> Iterator[Result]:
    """Of every number of calls that was asked for; of the first that breaks and no further, if so asked."""

    def run(calls: int, beside: float = 0.0) -> Result:
        profile = options.profile.with_suffix(f".{calls}.json") if options.profile else None
        plan = Plan(cores=cores, settings={**settings, "MAX_CALLS": str(calls + 10)}, profile=profile)
        return _run(plan, calls=calls, seconds=options.seconds, beside=beside)

    if options.until_breaks:
        yield from limits.climb(options.calls, run)
        return
    for calls in options.calls:
        for beside in [0.0, options.beside] * options.runs if options.beside else [0.0] * options.runs:
            yield run(calls, beside)


def _run(plan: Plan, *, calls: int, seconds: float, beside: float) -> Result:
    with Stack(plan) as stack:
        with Beside(stack.url, rate=beside) as others:
            collected = _collect(stack, calls, seconds=seconds)
        if beside:
            took = {name: round(value or 0.0, 1) for name, value in percentiles(others.took_ms).items()}
            print(f"beside {beside:g} requests/s: {len(others.took_ms)} answered in ms {took}, {others.failed} failed")
        if plan.profile:
            spent_us = 1e6 * cpu_s(stack.gateway) / read_frames(stack.api("/metrics").text)
            stack.stop_gateway()
            for rows in hotspots(read(plan.profile), us_per_frame=spent_us):
                print(tables.plain(rows), "\n")
    result = evaluate(collected)
    print(tables.plain(tables.result_rows([result])), flush=True)
    for doubt in result.invalid:
        print(f"  invalid: {doubt}", flush=True)
    return result


def _collect(stack: Stack, calls: int, *, seconds: float) -> Collected:
    time.sleep(SETTLE_S)
    rss_idle = rss(stack.gateway)
    _warm_up(stack)
    rss_warm = rss(stack.gateway)
    lag_before = read_lag(stack.api("/metrics").text)
    names = [callers.script_name(index) for index in range(calls)]
    seconds += callers.spread_s(calls) - callers.SPREAD_S
    samples = [sample(stack.gateway, stack.simulator)]
    ids = _ring(stack, [callers.script(name, seconds) for name in names], samples=samples)
    _wait(stack, samples, patience_s=PATIENCE * seconds)
    lag_after = read_lag(stack.api("/metrics").text)
    return Collected(
        wanted_turns=[callers.turns(name, seconds) for name in names],
        calls=[stack.sim("GET", f"/sim/calls/{one}") for one in ids],
        summary=stack.sim("GET", "/sim/summary"),
        samples=samples,
        lag_before=lag_before,
        lag_after=lag_after,
        ready_s=stack.ready_s,
        rss_idle=rss_idle,
        rss_warm=rss_warm,
    )


def _warm_up(stack: Stack) -> None:
    """One short call, so that libraries are loaded and connections have been made; then it is forgotten."""
    _ring(stack, [callers.script(callers.INTERRUPTING, WARM_UP_S)], samples=[])
    _wait(stack, [], patience_s=PATIENCE * WARM_UP_S)
    time.sleep(SETTLE_S)
    stack.sim("POST", "/sim/reset")


def _ring(stack: Stack, scripts: Sequence[Any], *, samples: list[Sample]) -> list[str]:
    ids = []
    began = time.monotonic()
    for index, script in enumerate(scripts):
        time.sleep(max(0.0, began + index * callers.spread_s(len(scripts)) / len(scripts) - time.monotonic()))
        ids.append(str(stack.sim("POST", "/sim/calls", body={"script": script})["id"]))
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
    return bool(stack.api("/health").json()["live_calls"])


def _print(results: Sequence[Result]) -> None:
    parts = [tables.result_rows(results), tables.stage_rows(results), tables.spread_rows(results)]
    rows = [part for part in parts if part]
    print("\n", "\n\n".join(map(tables.plain, rows)), sep="")
    print("\n", "\n\n".join(map(tables.markdown, rows)), sep="")
    for result in results:
        for sentence in missed(result):
            print(f"missed at {result.calls} calls: {sentence}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.calls", description="What N calls at once cost.")
    parser.add_argument("--calls", type=_numbers, metavar="N,N,…", help="default: 1,10,25,50")
    parser.add_argument(
        "--until-breaks", action="store_true", help="one step after the other, until one breaks; prints what held"
    )
    parser.add_argument("--seconds", type=float, default=40.0, help="how long each caller talks, about")
    parser.add_argument("--runs", type=int, default=1, help="how often with each N")
    parser.add_argument("--pin", type=int, default=0, metavar="CORE", help="the core of the gateway")
    parser.add_argument(
        "--beside", type=float, default=0.0, metavar="RATE", help="and with so many API requests a second"
    )
    parser.add_argument("--no-record", action="store_true", help="calls are not recorded")
    parser.add_argument("--json", type=Path, metavar="FILE", help="everything, for programs")
    parser.add_argument("--profile", type=Path, metavar="FILE", help="sample where the time goes, into FILE.<N>.json")
    parser.add_argument("--start", type=int, nargs="?", const=5, metavar="TIMES", help="only start the gateway")
    options = parser.parse_args()
    options.calls = options.calls or (list(limits.STEPS) if options.until_breaks else [1, 10, 25, 50])
    return options


def _numbers(text: str) -> list[int]:
    numbers = [int(part) for part in text.split(",")]
    if min(numbers) < 1:
        raise argparse.ArgumentTypeError("at least one call")
    return numbers


if __name__ == "__main__":
    sys.exit(main())
