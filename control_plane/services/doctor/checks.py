"""What is looked at, in which order it is shown, and what is not looked at together with anything else."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from control_plane.core.doctor.findings import Finding
from control_plane.services.doctor import inside, outside
from control_plane.services.doctor.premises import Premises


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing to look at."""

    name: str
    group: str
    run: Callable[[], Awaitable[Finding]]
    alone: bool = False
    """What measures time is not disturbed by the others."""


def checks(premises: Premises, *, call: bool = True) -> tuple[Check, ...]:
    """All of them, without the echo call when `call` is false."""
    keys = tuple(
        Check(name=key.provider, group="keys", run=partial(outside.key, premises, key)) for key in premises.keys
    )
    every = (
        Check(name="settings", group="settings", run=partial(inside.settings, premises)),
        *keys,
        Check(name="webhook unsigned", group="address", run=partial(outside.webhook, premises, {})),
        Check(name="webhook forged", group="address", run=partial(outside.forged_webhook, premises)),
        Check(name="certificate", group="address", run=partial(outside.certificate, premises)),
        Check(name="dashboard", group="address", run=partial(outside.dashboard, premises)),
        Check(name="database", group="parts", run=partial(inside.database, premises)),
        Check(name="storage", group="parts", run=partial(inside.storage, premises)),
        Check(name="redis", group="parts", run=partial(inside.redis, premises)),
        Check(name="sidecar", group="parts", run=partial(outside.sidecar, premises)),
        Check(name="disk", group="machine", run=partial(inside.disk, premises)),
        Check(name="clock", group="machine", run=partial(outside.clock, premises)),
        Check(name="echo call", group="call", run=partial(outside.echo_call, premises), alone=True),
    )
    return tuple(check for check in every if call or check.group != "call")
