"""What the states of all processes come to: ok, degraded or down, with reasons."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from metrics_sidecar.watch import FAILED, State


class Status(StrEnum):
    OK = "ok"
    DEGRADED = "degraded"
    """Something is wrong, and at least one control plane answers."""
    DOWN = "down"
    """No control plane answers."""


HTTP_STATUS: Final[Mapping[Status, int]] = {Status.OK: 200, Status.DEGRADED: 200, Status.DOWN: 503}

TEXTS: Final[Mapping[State, str]] = {
    State.STARTING: "has not been looked at yet",
    State.SLOW: "answers slowly",
    State.NOT_READY: "takes no new calls",
    State.DRAINING: "finishes its calls and takes no new ones",
    State.RECOVERING: "answers again and is being watched",
    State.DENIED: "refuses the sidecar's token",
    State.FAILING: "answers with errors",
    State.GARBAGE: "answers something that cannot be read",
    State.HUNG: "does not answer in time",
    State.DEAD: "is not there",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why all is not well. `code` is stable, `text` for people; neither holds an address."""

    code: str
    text: str
    process: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    status: Status
    reasons: tuple[Reason, ...] = ()


def verdict(states: Mapping[str, State], *, queue_full: bool = False) -> Verdict:
    """`states` by name of the process."""
    reasons = (*_of_processes(states), *_of_queue(queue_full))
    if all(state in FAILED for state in states.values()):
        return Verdict(status=Status.DOWN, reasons=reasons)
    return Verdict(status=Status.DEGRADED if reasons else Status.OK, reasons=reasons)


def _of_processes(states: Mapping[str, State]) -> Iterator[Reason]:
    for name, state in states.items():
        if state in TEXTS:
            yield Reason(code=f"control_plane_{state}", process=name, text=f"The control plane {name} {TEXTS[state]}.")


def _of_queue(full: bool) -> Iterable[Reason]:
    if not full:
        return ()
    return (Reason(code="callback_queue_full", text="The queue of callbacks is full; further ones wait in the log."),)
