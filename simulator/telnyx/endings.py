"""Why legs end, in the carrier's words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from simulator.telnyx.calls import Direction

Party = Literal["gateway", "caller", "carrier"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """`by` is who hung up: the gateway, the party on its line (`caller`), or the carrier itself."""

    cause: str
    by: Party
    sip: str = "200"

    def source(self, direction: Direction) -> str:
        """The carrier's word for who hung up: its caller is whoever dialled."""
        if self.by == "carrier":
            return "unknown"
        return "caller" if (self.by == "gateway") == (direction == "outgoing") else "callee"


HUNG_UP: Final = Ending(cause="normal_clearing", by="gateway")
CANCELLED: Final = Ending(cause="originator_cancel", by="gateway", sip="487")
BRIDGE_OVER: Final = Ending(cause="normal_clearing", by="carrier")
BRIDGE_CANCELLED: Final = Ending(cause="originator_cancel", by="carrier", sip="487")
TIME_LIMIT: Final = Ending(cause="time_limit", by="carrier")
RESET: Final = Ending(cause="unspecified", by="carrier")
CALLER_HUNG_UP: Final = Ending(cause="normal_clearing", by="caller")
CALLER_GAVE_UP: Final = Ending(cause="originator_cancel", by="caller", sip="487")

UNANSWERED: Final[Mapping[str, Ending]] = {
    "busy": Ending(cause="user_busy", by="caller", sip="486"),
    "rejected": Ending(cause="call_rejected", by="caller", sip="603"),
}
"""What a script answers instead of picking up → how the leg ends."""
REJECTED: Final[Mapping[str, Ending]] = {
    "USER_BUSY": Ending(cause="user_busy", by="gateway", sip="486"),
    "CALL_REJECTED": Ending(cause="call_rejected", by="gateway", sip="603"),
    "NOT_FOUND": Ending(cause="not_found", by="gateway", sip="404"),
    "TEMPORARILY_UNAVAILABLE": Ending(cause="unspecified", by="gateway", sip="480"),
}
"""Cause of a reject command → how the leg ends."""


def rung_out(cause: str) -> Ending:
    """Nobody picked up."""
    return Ending(cause=cause, by="carrier", sip="480")
