"""The state of one leg as the carrier keeps it."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal
from uuid import uuid4

from simulator.audio.levels import SILENT_FRAME
from simulator.caller.ears import Ears
from simulator.caller.record import CallRecord
from simulator.caller.script import Script
from simulator.telnyx.playout import Player
from simulator.telnyx.recording import Recording, Tape
from simulator.telnyx.requests import StreamOptions
from simulator.telnyx.wire import timestamp

if TYPE_CHECKING:
    from simulator.caller.mouth import Mouth
    from simulator.telnyx.media import MediaStream

Direction = Literal["incoming", "outgoing"]


class LegState(StrEnum):
    """`parked` is an incoming leg that nobody answered yet."""

    PARKED = "parked"
    RINGING = "ringing"
    ANSWERED = "answered"
    ENDED = "hangup"


@dataclass(slots=True, kw_only=True)
class CommandSeen:
    """A command of the gateway. `repeated`: its id was seen before, so it had no effect."""

    verb: str
    command_id: str
    repeated: bool
    at: float


@dataclass(slots=True, kw_only=True, eq=False)
class Leg:
    """One channel between the carrier and a simulated party. Times are of the loop's clock."""

    id: str
    """The carrier's `call_leg_id`; also the id of the call in the control API."""
    call_control_id: str
    call_session_id: str
    connection_id: str
    direction: Direction
    sender: str
    to: str
    script: Script
    state: LegState
    webhook_url: str
    created_at: float
    record: CallRecord
    ears: Ears
    client_state: str | None = None
    mouth: "Mouth | None" = None
    start_time: str = field(default_factory=timestamp)
    answered_at: float | None = None
    ended_at: float | None = None
    time_limit_s: float = 14400.0
    hangup_cause: str = ""
    hangup_source: str = ""
    hung_up_by: str = ""
    """`gateway`, `caller` or `carrier`."""
    inline_stream: StreamOptions | None = None
    stream: "MediaStream | None" = None
    amd: str = "disabled"
    transcribing: bool = False
    player: Player = field(default_factory=Player)
    tape: Tape = field(default_factory=Tape)
    recordings: list[Recording] = field(default_factory=list)
    record_on_answer: Mapping[str, Any] | None = None
    """The fields of the dial or answer command that asked for a recording."""
    partner: "Leg | None" = None
    """The other leg of a bridge."""
    uplink: bytes = SILENT_FRAME
    """What the party of this leg said in the last 20 ms."""
    commands: list[CommandSeen] = field(default_factory=list)
    results: dict[str, tuple[float, dict[str, Any]]] = field(default_factory=dict)
    """Command id → when it was carried out, and the answer."""
    digits_received: str = ""
    caller: "asyncio.Task[None] | None" = None
    """The party following its script."""
    slot: int = 0
    """Which of the carrier's tick phases serves this leg."""
    delivery: "asyncio.Task[Any] | None" = None
    """The last webhook of this leg."""
    watches: list[tuple[Callable[[], bool], "asyncio.Future[None]"]] = field(default_factory=list)

    @property
    def alive(self) -> bool:
        return self.state is not LegState.ENDED

    @property
    def answered(self) -> bool:
        return self.state is LegState.ANSWERED

    def common(self) -> dict[str, Any]:
        """The part that all its webhook payloads share."""
        return {
            "call_control_id": self.call_control_id,
            "call_leg_id": self.id,
            "call_session_id": self.call_session_id,
            "client_state": self.client_state,
            "connection_id": self.connection_id,
        }

    def parties(self) -> dict[str, str]:
        return {"from": self.sender, "to": self.to}

    def watch(self, predicate: Callable[[], bool]) -> "asyncio.Future[None]":
        """Done at the first tick at which the predicate holds."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.watches.append((predicate, future))
        return future

    def check_watches(self) -> None:
        over = False
        for predicate, future in self.watches:
            if future.done() or predicate():
                over = True
                if not future.done():
                    future.set_result(None)
        if over:
            self.watches = [watch for watch in self.watches if not watch[1].done()]


def new_id() -> str:
    return str(uuid4())
