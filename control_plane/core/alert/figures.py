"""The shape of what was measured at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["counter", "gauge", "histogram"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number of a metric. Of a histogram it is one bucket: how many observations were at most `edge`."""

    labels: Mapping[str, str]
    value: float
    edge: float | None = None
    """Upper edge of the bucket, infinite for the last; None for counters and gauges."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """All figures of one metric. A counter without figures has counted nothing yet, which is a zero."""

    kind: Kind
    figures: tuple[Figure, ...]


Snapshot = Mapping[str, Family]
"""By the metric's full name (`gateway_turns_total`). What is not in it was not measured, which is no zero."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurable:
    """What the catalogue says about one metric."""

    kind: Kind
    labels: tuple[str, ...] = ()
    edges: tuple[float, ...] = ()
    """Finite upper edges of a histogram's buckets."""
