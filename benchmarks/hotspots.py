"""Where the processor time goes, as cProfile saw it."""

import pstats
from collections.abc import Sequence
from pathlib import Path
from typing import Final, cast

from benchmarks.stack import ROOT

TOP: Final = 40
_NOT_RUNNING: Final = ("<frozen importlib", "<frozen zipimport", "import_module")
"""Costs of the start."""

Place = tuple[str, int, str]


def hotspots(profile: Path, *, frames: float, top: int = TOP) -> list[Sequence[str]]:
    """A head and the functions with the most time of their own, in µs for each frame that a caller sent.

    cProfile makes calls dearer and leaves what C does alone: the order tells more than the figures.
    """
    found = pstats.Stats(str(profile))
    entries = [
        (own, calls, place)
        for place, (_, calls, own, _, _) in cast(
            dict[Place, tuple[int, int, float, float, object]],
            found.stats,  # type: ignore[attr-defined]
        ).items()
        if not any(part in f"{place[0]} {place[2]}" for part in _NOT_RUNNING)
    ]
    entries.sort(reverse=True)
    rows = [(f"{own / frames * 1e6:.2f}", f"{calls / frames:.2f}", shown(place)) for own, calls, place in entries[:top]]
    return [("µs/frame", "calls/frame", "function"), *rows]


def shown(place: Place) -> str:
    """`control_plane/core/turn/vad.py:98 feed`, `hypercorn/protocol/h11.py:120 handle`, `{method 'poll' of …}`."""
    file, line, name = place
    if file == "~":
        return name
    for root in (f"{ROOT}/", "/site-packages/", "/lib/python"):
        if root in file:
            return f"{file.partition(root)[2]}:{line} {name}"
    return f"{file}:{line} {name}"
