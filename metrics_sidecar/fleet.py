"""What the sidecar holds of every control plane between two looks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from metrics_sidecar.exposition.facts import Facts
from metrics_sidecar.exposition.reading import Reading
from metrics_sidecar.watch import FAILED, State, Watch

SLOW_SHARE: Final = 0.25
"""An answer that takes this part of the period is slow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a process takes of the machine. `None`: not known."""

    memory_bytes: int | None = None
    cpu_percent: float | None = None
    """Of one core."""


@dataclass(slots=True, kw_only=True)
class ControlPlane:
    """One control plane: how it does, what it said last. Times are steady seconds."""

    name: str
    address: str
    watch: Watch
    usage: Usage = field(default_factory=Usage)
    local: bool = False
    """Whether `usage` comes from this machine's kernel."""
    lag_ms: float | None = None
    reading: Reading = field(default_factory=Reading)
    facts: Facts = field(default_factory=Facts)
    metrics_at: float | None = None
    """When its metrics were read last."""
    polls: dict[str, int] = field(default_factory=dict)
    """How many polls had which outcome."""

    @property
    def answers(self) -> bool:
        return self.watch.state not in FAILED and self.watch.state is not State.STARTING


class Fleet:
    """All control planes, in the order of the settings."""

    def __init__(self, addresses: Mapping[str, str], *, period_s: float) -> None:
        self.planes: Mapping[str, ControlPlane] = {
            name: ControlPlane(name=name, address=address, watch=Watch(slow_after_s=SLOW_SHARE * period_s))
            for name, address in addresses.items()
        }

    def states(self) -> dict[str, State]:
        return {name: plane.watch.state for name, plane in self.planes.items()}

    def best_first(self) -> list[ControlPlane]:
        """Those that answer: first those that may get new work, the quickest first."""
        answering = [plane for plane in self.planes.values() if plane.answers]
        return sorted(answering, key=lambda plane: (not plane.watch.usable, plane.watch.took_s))
