"""What a metric family is, whichever of the two formats it came in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

SUFFIXES: Final[Mapping[str, tuple[str, ...]]] = {
    "counter": ("_total",),
    "gauge": ("",),
    "histogram": ("_bucket", "_sum", "_count"),
    "summary": ("", "_sum", "_count"),
    "info": ("_info",),
    "stateset": ("",),
    "unknown": ("",),
}
"""Endings that the samples of each kind have. `_created` is left out: it costs a series each and nobody reads it."""


class Sample(NamedTuple):
    suffix: str
    labels: str
    """`a="1",b="2"`: escaped as in both formats, without braces."""
    value: str
    exemplar: str = ""
    """`{trace_id="…"} 0.4 1700000000.0`, or nothing."""


@dataclass(slots=True, kw_only=True)
class Family:
    """Named as in OpenMetrics: a counter without `_total`."""

    name: str
    kind: str
    help: str = ""
    """Not escaped."""
    unit: str = ""
    samples: list[Sample] = field(default_factory=list)

    def sample_names(self) -> tuple[str, ...]:
        return tuple(f"{self.name}{suffix}" for suffix in SUFFIXES[self.kind])


def escaped(value: str) -> str:
    """A label's value as it stands between the quotes."""
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
