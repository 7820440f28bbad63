"""Quantiles of measurements that were counted rather than kept."""

from collections.abc import Iterable, Mapping, Sequence
from math import ceil, inf


def nearest_rank(counts: Mapping[float, int], share: float) -> float | None:
    """The smallest value that at least `share` (above 0, up to 1) of all are not above; None without any.

    `counts` has how often each value came.
    """
    wanted = ceil(share * sum(counts.values()))
    seen = 0
    for value in sorted(counts):
        seen += counts[value]
        if seen >= wanted > 0:
            return value
    return None


def of_values(values: Iterable[float], share: float) -> float | None:
    """The same of values that are at hand."""
    counts: dict[float, int] = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    return nearest_rank(counts, share)


def from_buckets(buckets: Sequence[tuple[float, float]], share: float) -> float | None:
    """Estimated from (upper bound, how many are not above it), bounds rising, the last one infinite: evenly spread
    within a bucket. What lies above the last finite bound counts as that bound. None without any."""
    total = buckets[-1][1] if buckets else 0.0
    if not total:
        return None
    wanted, low, below = share * total, 0.0, 0.0
    for bound, count in buckets:
        if count >= wanted and bound != inf:
            return low + (bound - low) * (wanted - below) / ((count - below) or 1.0)
        if bound != inf:
            low, below = bound, count
    return low
