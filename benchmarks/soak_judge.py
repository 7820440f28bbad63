"""Whether a gateway grows: what is counted has to come back, what is measured may rise by no more than its noise."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from statistics import median
from typing import Final

from benchmarks.soak_census import Census

OURS: Final = "control_plane."
COUNTED_SLACK: Final = 3
"""Of tasks, threads, files, sockets and objects: what comes and goes by the clock, whatever the calls do."""
PER_CALL: Final[Mapping[str, float]] = {"rss": 8_000, "uss": 8_000, "malloc": 4_000}
"""Bytes that each call may add. docs/soak.md has the noise from which these come."""
BLOCKS_PER_CALL: Final = 20
"""Pieces of the interpreter's allocator, between two looks at rest."""
BOUNDED: Final[Mapping[str, int]] = {
    "control_plane.adapters.cache.memory._Entry": 100,
    "control_plane.ports.alerts.AlertRecord": 20,
}
"""What fills up to a bound of its own, and by how much it may grow in a run."""


def slope(calls: Sequence[float], values: Sequence[float]) -> float:
    """Theil and Sen: the middle one of the slopes between all pairs. Outliers, up to 29 %, do not move it."""
    slopes = [
        (later - earlier) / (until - since)
        for (since, earlier), (until, later) in combinations(zip(calls, values, strict=True), 2)
        if until != since
    ]
    return median(slopes) if slopes else 0.0


def risen(looks: Sequence[Census]) -> list[str]:
    """A sentence for each measure that rises from batch to batch: of the second half, when caches are full."""
    looks = looks[len(looks) // 2 :]
    calls = [look.calls for look in looks]
    slopes = {name: slope(calls, [getattr(look, name) for look in looks]) for name in PER_CALL}
    return [
        f"{name} grows by {rise:,.0f} a call, {PER_CALL[name]:,.0f} is the most"
        for name, rise in slopes.items()
        if rise > PER_CALL[name]
    ]


def kept(rested: Sequence[Census]) -> list[str]:
    """A sentence for everything of which there is more in the last look than in the first."""
    first, last = rested[0], rested[-1]
    calls = last.calls - first.calls
    counts = list(_counts(first, last))
    grown = [(name, was, now, BOUNDED.get(name, COUNTED_SLACK)) for name, was, now in counts]
    told = [f"{name}: {was} to {now} after {calls} calls" for name, was, now, slack in grown if now - was > slack]
    blocks = (last.blocks - first.blocks) / max(calls, 1)
    return [*told, *([f"blocks grow by {blocks:.0f} a call"] if blocks > BLOCKS_PER_CALL else [])]


def _counts(first: Census, last: Census) -> Iterable[tuple[str, int, int]]:
    for name in ("fds", "sockets", "threads"):
        yield name, getattr(first, name), getattr(last, name)
    for name in sorted(last.tasks):
        yield f"tasks of {name}", first.tasks.get(name, 0), last.tasks[name]
    for name in sorted(last.types):
        if name.startswith(OURS):
            yield name, first.types.get(name, 0), last.types[name]


def left_over(look: Census) -> list[str]:
    """What must not be there when nothing happens."""
    rows = [f"{what}: {count}" for what, count in look.rows.items() if count]
    spooled = sum(count for folder, count in look.files.items() if folder.startswith("spool"))
    return [*rows, *([f"files in spool: {spooled}"] if spooled else [])]


def more(rested: Sequence[Census], *, most: int = 12) -> list[tuple[str, int]]:
    """Types of which there are more at the end, of whatever library, those that grew most first."""
    first, last = rested[0].types, rested[-1].types
    grown = [(name, count - first.get(name, 0)) for name, count in last.items()]
    return sorted((one for one in grown if one[1] > 0), key=lambda one: -one[1])[:most]
