"""The command `python -m benchmarks.peers`: this gateway and a peer, against the same simulator, on the same core.

The systems take turns: each climbs one step, then the next system does, so that whatever the machine does meanwhile
happens to all of them.
"""

import argparse
import shlex
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import httpx

from benchmarks import machine
from benchmarks.peers import environment, measure, report
from benchmarks.peers.climb import Climb, Verdict, judge
from benchmarks.peers.figures import Limit, Step
from benchmarks.peers.measure import NoAnswer
from benchmarks.peers.systems import QUICK, SYSTEMS, System
from benchmarks.stack import StackFailed

SECONDS: Final = 32.0
QUICK_SECONDS: Final = 16.0
STEP_S: Final = 60.0
"""What a step takes besides the talking: two starts of processes, a call to warm up, and pauses."""


def main() -> int:
    options = _options()
    try:
        python = environment.prepare()
    except environment.NotInstalled as reason:
        print(reason, file=sys.stderr)
        return 1
    if options.install:
        return 0
    cores = machine.divide(machine.available_cores(), options.pin)
    if not cores.pinned:
        print("Only one core: the simulator takes from what is measured.", file=sys.stderr)
    machine.settle(cores.others)
    machine.files_for(max(max(system.steps) for system in options.systems))
    runs = _Runs(options, cores=cores, python=python)
    try:
        for step in runs.steps():
            print(f"[{runs.minutes:5.1f} min] {report.line(step)}", flush=True)
    except (KeyboardInterrupt, SystemExit):
        print("stopped", file=sys.stderr)
    if not runs.done:
        return 1
    found = runs.report()
    report.keep(found, options.out)
    print(f"\n{report.written(found)}\nkept in {options.out}")
    if options.write:
        report.publish(found)
    return 0


class _Runs:
    """All steps of all repetitions, within the time."""

    def __init__(self, options: argparse.Namespace, *, cores: machine.Cores, python: Path) -> None:
        self._options = options
        self._cores = cores
        self._python = python
        self._began = time.monotonic()
        self._limits: list[Limit] = []
        self._out_of_time = False
        self._complete = False
        self.done: list[Step] = []

    @property
    def minutes(self) -> float:
        """Since the beginning."""
        return (time.monotonic() - self._began) / 60

    def steps(self) -> Iterator[Step]:
        """Each as it is done."""
        starts: dict[str, int] = {}
        for repeat in range(self._options.repeat):
            climbs = {one.name: Climb(one.steps, start=starts.get(one.name)) for one in self._options.systems}
            try:
                yield from self._repetition(repeat, climbs)
            finally:
                self._note(repeat, climbs)
            starts = {name: climb.held for name, climb in climbs.items()}
            if self._out_of_time:
                return
        self._complete = True

    def _repetition(self, repeat: int, climbs: dict[str, Climb]) -> Iterator[Step]:
        while any(climb.next is not None for climb in climbs.values()):
            for system in self._options.systems:
                calls = climbs[system.name].next
                if calls is None:
                    continue
                if not self._fits(calls):
                    self._out_of_time = True
                    return
                step = self._step(system, calls, repeat=repeat)
                climbs[system.name].note(step.verdict)
                self.done.append(step)
                yield step

    def _fits(self, calls: int) -> bool:
        left = float(self._options.minutes) - self.minutes
        return left * 60 >= STEP_S + measure.talk_s(calls, self._options.seconds)

    def _step(self, system: System, calls: int, *, repeat: int) -> Step:
        try:
            result = measure.run(system, calls, seconds=self._options.seconds, cores=self._cores, python=self._python)
        except (StackFailed, httpx.HTTPError, NoAnswer) as error:
            verdict = Verdict.BROKE if isinstance(error, NoAnswer) else Verdict.UNDECIDED
            reason = f"{type(error).__name__}: {error}"
            return Step(system=system.name, repeat=repeat, calls=calls, verdict=verdict, reason=reason, result=None)
        verdict, reason = judge(result)
        return Step(system=system.name, repeat=repeat, calls=calls, verdict=verdict, reason=reason, result=result)

    def _note(self, repeat: int, climbs: dict[str, Climb]) -> None:
        """How far each came; one that was not tried says nothing."""
        tried = {step.system for step in self.done if step.repeat == repeat}
        self._limits += [
            Limit(system=name, repeat=repeat, held=climb.held, seen=climb.limit_seen)
            for name, climb in climbs.items()
            if name in tried
        ]

    def report(self) -> report.Report:
        return report.Report(
            systems=self._options.systems,
            steps=self.done,
            limits=self._limits,
            machine=machine.describe(),
            versions=environment.versions(self._python),
            command=shlex.join(["python", "-m", "benchmarks.peers", *sys.argv[1:]]),
            complete=self._complete,
        )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description="This gateway beside pipecat.")
    names = [system.name for system in SYSTEMS]
    parser.add_argument("--repeat", type=int, default=2, help="how often everything is measured")
    parser.add_argument("--minutes", type=float, default=120.0, help="no step begins that would end after this")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="how long each caller talks, about")
    parser.add_argument("--quick", action="store_true", help="few steps, once: some minutes, and only lower bounds")
    parser.add_argument("--systems", nargs="+", choices=names, default=names, help="which; the gateway comes first")
    parser.add_argument("--steps", nargs="+", metavar="NAME=N,N,…", default=[], help="other steps for a system")
    parser.add_argument("--pin", type=int, default=0, metavar="CORE", help="the core of what is measured")
    parser.add_argument("--out", type=Path, default=environment.FOLDER, help="where the report is kept")
    parser.add_argument("--write", action="store_true", help="put figures and picture into docs/")
    parser.add_argument("--install", action="store_true", help="only install the peer")
    options = parser.parse_args()
    if options.quick:
        options.repeat, options.seconds = 1, QUICK_SECONDS
    options.systems = chosen(options.systems, options.steps, quick=options.quick)
    return options


def chosen(names: Sequence[str], steps: Sequence[str], *, quick: bool) -> list[System]:
    """The systems of those names in their own order, with the steps that were asked for."""
    asked = {name: tuple(map(int, numbers.split(","))) for name, _, numbers in (one.partition("=") for one in steps)}
    return [
        system.climbing(asked.get(system.name) or (QUICK[system.name] if quick else system.steps))
        for system in SYSTEMS
        if system.name in names
    ]


if __name__ == "__main__":
    sys.exit(main())
