"""Where the processor time goes, as the sampler saw it."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from benchmarks.sampler import Place
from benchmarks.stack import ROOT

TOP: Final = 25
_LIBRARIES: Final = ("/site-packages/", "/lib/python3.")
_LOOP: Final = "Runner.run"
_OWN: Final = f"{ROOT}/control_plane/"

Stack = Sequence[Place]
Samples = Sequence[tuple[int, Stack]]


def read(file: Path) -> Samples:
    return [(int(count), [tuple(place) for place in stack]) for count, stack in json.loads(file.read_text())]


def hotspots(samples: Samples, *, us_per_frame: float, top: int = TOP) -> list[list[Sequence[str]]]:
    """Tables: tasks (they add up), packages, functions by their own time, the gateway's functions with all they call.

    `us_per_frame` is the processor time of the whole process for each frame that a caller sent.
    """
    tasks = Counter[str]()
    own = Counter[str]()
    packages = Counter[str]()
    within = Counter[str]()
    for count, stack in samples:
        if not stack:
            continue
        tasks[shown(_task(stack))] += count
        own[shown(stack[0])] += count
        packages[package(stack[0])] += count
        for name in _gateway(stack):
            within[name] += count
    total = sum(count for count, _ in samples)
    heads = (
        "task, or what the event loop called",
        "package, own time",
        "function, own time",
        "function of the gateway, with all it calls",
    )
    return [
        [("%", "µs/frame", head), *_rows(counts, total=total, us_per_frame=us_per_frame, top=top)]
        for head, counts in zip(heads, (tasks, packages, own, within), strict=True)
    ]


def _rows(counts: Mapping[str, int], *, total: int, us_per_frame: float, top: int) -> Iterator[Sequence[str]]:
    for name, count in sorted(counts.items(), key=lambda item: -item[1])[:top]:
        yield f"{100 * count / total:.1f}", f"{us_per_frame * count / total:.1f}", name


def _task(stack: Stack) -> Place:
    """What the event loop called; the loop itself when it called nothing."""
    loop = next((index for index, place in enumerate(stack) if place[1] == _LOOP), 1)
    return stack[max(loop - 1, 0)]


def _gateway(stack: Stack) -> Iterable[str]:
    """Each of the gateway's functions once, however deep."""
    return {shown(place) for place in stack if place[0].startswith(_OWN)}


def package(place: Place) -> str:
    """`hypercorn`, `asyncio`, `control_plane/core`."""
    file = relative(place[0])
    parts = file.split("/")
    return "/".join(parts[:2]) if file.startswith("control_plane/") else parts[0]


def shown(place: Place) -> str:
    """`control_plane/core/turn/vad.py:98 VadGate.feed`."""
    file, function, line = place
    return f"{relative(file)}:{line} {function}"


def relative(file: str) -> str:
    """From the project's or the library's folder on."""
    for root in _LIBRARIES:
        if root in file:
            rest = file.partition(root)[2]
            return rest.partition("/")[2] if root == _LIBRARIES[1] else rest
    return file.removeprefix(f"{ROOT}/")
