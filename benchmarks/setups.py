"""The command `python -m benchmarks.setups`: what a call costs to begin and to end.

Callers ring at an even rate, listen for a moment and hang up without a word.
"""

import argparse
import sys
import time
from pathlib import Path
from typing import Any, Final

from benchmarks import machine, tables
from benchmarks.hotspots import hotspots, read
from benchmarks.meter import cpu_s, read_frames
from benchmarks.stack import Plan, Stack, StackFailed

WARM: Final = 10
"""Calls before it is measured, so that libraries are loaded and connections are made."""
PATIENCE_S: Final = 30.0
LOOK_EVERY_S: Final = 0.5


def main() -> int:
    options = _options()
    cores = machine.divide(machine.available_cores(), options.pin)
    machine.settle(cores.others)
    rows: list[tables.Row] = [("run", "calls", "ms of the processor per call", "of it in the main thread")]
    for run in range(options.runs):
        plan = Plan(cores=cores, settings={"MAX_CALLS": str(options.calls + WARM)}, profile=options.profile)
        with Stack(plan) as stack:
            rows.append((str(run + 1), str(options.calls), *_measured(stack, options)))
            if plan.profile:
                _print_profile(stack, plan.profile)
    print(tables.plain(rows))
    return 0


def _measured(stack: Stack, options: argparse.Namespace) -> tuple[str, str]:
    """Milliseconds a call: of the process, of its main thread."""
    _ring(stack, WARM, options=options)
    before, main_before = cpu_s(stack.gateway), _main_thread_s(stack)
    _ring(stack, options.calls, options=options)
    spent, main = cpu_s(stack.gateway) - before, _main_thread_s(stack) - main_before
    return tables.number(1000 * spent / options.calls), tables.number(1000 * main / options.calls)


def _ring(stack: Stack, calls: int, *, options: argparse.Namespace) -> None:
    """So many calls, until the gateway has none left. Raises StackFailed when it keeps some."""
    script: dict[str, Any] = {"name": "listens", "steps": [{"do": "hangup", "after_s": options.listen}]}
    began = time.monotonic()
    for index in range(calls):
        time.sleep(max(0.0, began + index / options.rate - time.monotonic()))
        stack.sim("POST", "/sim/calls", body={"script": script})
    deadline = time.monotonic() + PATIENCE_S
    while left := stack.api("/health").json()["live_calls"]:
        if time.monotonic() > deadline:
            raise StackFailed(f"{left} calls do not end")
        time.sleep(LOOK_EVERY_S)
    time.sleep(2 * LOOK_EVERY_S)


def _main_thread_s(stack: Stack) -> float:
    pid = stack.gateway.pid
    return int(Path(f"/proc/{pid}/task/{pid}/schedstat").read_text().split()[0]) / 1e9


def _print_profile(stack: Stack, file: Path) -> None:
    spent_us = 1e6 * cpu_s(stack.gateway) / read_frames(stack.api("/metrics").text)
    stack.stop_gateway()
    for rows in hotspots(read(file), us_per_frame=spent_us):
        print(tables.plain(rows), "\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.setups", description="What a call costs to begin.")
    parser.add_argument("--calls", type=int, default=150)
    parser.add_argument("--rate", type=float, default=10.0, help="so many a second")
    parser.add_argument("--listen", type=float, default=1.0, metavar="S", help="so long each caller listens")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--pin", type=int, default=0, metavar="CORE", help="the core of the gateway")
    parser.add_argument("--profile", type=Path, metavar="FILE", help="sample where the time of the main thread goes")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
