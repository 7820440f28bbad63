"""When a number of calls no longer holds, and how far the next step goes."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from benchmarks.results import Result

SHARE_MS: Final = 200.0
"""The gateway's share of a turn, p95: above this a bot is felt to be slow."""
GAP_MS: Final = 40.0
"""The longest hole at a caller's ear: two frames."""
STEPS: Final = (1, 10, 50, 100, 150, 200, 250, 300, 350, 400, 500, 600)


def broken(result: Result) -> tuple[str, ...]:
    """What broke, in a few words each; empty for a number of calls that holds."""
    share = result.share_ms["p95"]
    found: Iterable[tuple[bool, str]] = (
        (share is None or share > SHARE_MS, f"share p95 {share or 0:.0f} ms"),
        (result.gap_max_ms > GAP_MS, f"gap {result.gap_max_ms:.0f} ms"),
        (result.failed > 0, f"{result.failed} failed"),
    )
    return tuple(text for is_broken, text in found if is_broken)


def verdict(result: Result) -> str:
    """`holds`, or what broke; the simulator's own limit comes first, for then the rest proves nothing."""
    return "; ".join(result.invalid or broken(result)) or "holds"


def climb(steps: Sequence[int], run: Callable[[int], Result]) -> Iterator[Result]:
    """Each step's result, until one breaks or twice proves nothing, that one included."""
    for calls in steps:
        result = run(calls)
        yield result
        if result.invalid:
            result = run(calls)
            yield result
        if result.invalid or broken(result):
            return


def held(results: Iterable[Result]) -> int:
    """The highest number of calls that held; 0 when none did."""
    return max((result.calls for result in results if not result.invalid and not broken(result)), default=0)
