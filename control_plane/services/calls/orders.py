"""What can be asked of the call desk, and the ways in which it refuses."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOrder:
    """Call somebody. `number` in any way of writing; empty `bot_id` means the default bot."""

    tenant_id: str
    number: str
    name: str = ""
    bot_id: str = ""
    variables: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    idempotency_key: str = ""


class UnknownBot(Exception):
    """There is no bot with this id."""


class UnknownCall(Exception):
    """There is no call with this id."""


class CallNotLive(Exception):
    """The call exists, but it has ended, or is not in a state in which this can be asked."""


class LivesElsewhere(Exception):
    """The call lives in another control plane, which has to be asked."""

    def __init__(self, node: str) -> None:
        super().__init__(f"the call lives in node {node}")
        self.node = node


class NotAccepting(Exception):
    """No new calls now. `draining` when the process is about to stop, else it is at its limit."""

    def __init__(self, *, draining: bool) -> None:
        super().__init__("the gateway is stopping" if draining else "the gateway is at its limit of calls")
        self.draining = draining
