"""The command `python -m benchmarks.sampler FILE MODULE …`: runs a module and notes where it spends processor time.

The kernel's profiling timer ticks while the process computes, not while it waits, so that idling costs nothing and
work in C counts for the function that called it. FILE gets JSON: `[[samples, [place, caller, …]], …]`, a place being
`[file, function, line of its beginning]`.
"""

import json
import runpy
import signal
import sys
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Final

EVERY_S: Final = 0.004
"""The timer is no finer than the kernel's tick."""

Place = tuple[str, str, int]


class Sampler:
    """Counts the stacks that a signal finds; those of imports are left out."""

    def __init__(self) -> None:
        self.stacks: Counter[tuple[Place, ...]] = Counter()

    def note(self, _: int, frame: FrameType | None) -> None:
        stack = []
        while frame is not None:
            code = frame.f_code
            if code.co_filename.startswith("<frozen importlib"):
                return
            stack.append((code.co_filename, code.co_qualname, code.co_firstlineno))
            frame = frame.f_back
        self.stacks[tuple(stack)] += 1


def main() -> None:
    file, module, *arguments = sys.argv[1:]
    sampler = Sampler()
    signal.signal(signal.SIGPROF, sampler.note)
    signal.setitimer(signal.ITIMER_PROF, EVERY_S, EVERY_S)
    sys.argv = [module, *arguments]
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        Path(file).write_text(json.dumps([[count, stack] for stack, count in sampler.stacks.items()]))


if __name__ == "__main__":
    main()
