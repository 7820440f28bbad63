"""Faults as data: what goes wrong, where, how often."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that goes wrong at `target` (e.g. `telnyx.dial`), in the way `kind` names.

    It happens `times` times (-1: always) after the first `after` occasions went well, and only on occasions whose
    context has the values of `only` (e.g. `{"event": "call.answered"}`).
    """

    target: str
    kind: str
    times: int = 1
    after: int = 0
    only: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, Any] = field(default_factory=dict)

    def number(self, name: str, default: float) -> float:
        """A numeric parameter."""
        return float(self.params.get(name, default))

    def text(self, name: str, default: str) -> str:
        return str(self.params.get(name, default))


def parse_fault(data: Mapping[str, Any]) -> Fault:
    """Read the JSON form. Raises ValueError."""
    unknown = set(data) - set(Fault.__dataclass_fields__)
    if unknown or not isinstance(data.get("target"), str) or not isinstance(data.get("kind"), str):
        raise ValueError("a fault is {target, kind, times?, after?, only?, params?}")
    return Fault(**{**data, "only": dict(data.get("only", {})), "params": dict(data.get("params", {}))})


@dataclass(slots=True)
class _Armed:
    fault: Fault
    skip: int
    left: int


class Faults:
    """The faults in force. Asking for one uses it up; the earliest added wins."""

    def __init__(self) -> None:
        self._armed: list[_Armed] = []
        self.taken: list[tuple[str, str]] = []
        """(target, kind) of every fault that happened."""

    @property
    def none(self) -> bool:
        """Whether nothing at all is in force."""
        return not self._armed

    def add(self, fault: Fault) -> None:
        self._armed.append(_Armed(fault, fault.after, fault.times))

    def take(self, target: str, *, kind: str | None = None, **context: str) -> Fault | None:
        """The fault (of this kind) that happens at this occasion, or None."""
        for armed in self._armed:
            fault = armed.fault
            if fault.target != target or kind not in (None, fault.kind) or not _fits(fault, context):
                continue
            if armed.skip > 0:
                armed.skip -= 1
                continue
            return self._use(armed)
        return None

    def take_all(self, target: str, **context: str) -> list[Fault]:
        """At most one fault of each kind: for occasions at which several can happen together."""
        kinds = dict.fromkeys(armed.fault.kind for armed in self._armed if armed.fault.target == target)
        taken = [self.take(target, kind=kind, **context) for kind in kinds]
        return [fault for fault in taken if fault is not None]

    def pending(self) -> list[Fault]:
        return [armed.fault for armed in self._armed]

    def clear(self, target: str | None = None) -> None:
        """Forget the faults of one target, or all."""
        self._armed = [armed for armed in self._armed if target is not None and armed.fault.target != target]

    def _use(self, armed: _Armed) -> Fault:
        armed.left -= 1
        if armed.left == 0:
            self._armed.remove(armed)
        self.taken.append((armed.fault.target, armed.fault.kind))
        del self.taken[:-1000]
        return armed.fault


def _fits(fault: Fault, context: Mapping[str, str]) -> bool:
    return all(context.get(name) == value for name, value in fault.only.items())
