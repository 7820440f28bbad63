"""What is known of a leg at one moment: the call machine's whole memory, small enough to store with every event."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, Self

from control_plane.core.call.causes import HangupCause


class Phase(StrEnum):
    """Where a leg is in its life."""

    NEW = "new"
    DIALING = "dialing"
    """The dial was asked for; the carrier has not confirmed it."""
    RINGING = "ringing"
    OFFERED = "offered"
    """An inbound leg that we have asked the carrier to answer."""
    ANSWERED = "answered"
    """Both ends are connected; the media stream is awaited."""
    TALKING = "talking"
    """The conversation with the bot runs (or waits for a lost stream to come back)."""
    TRANSFERRING = "transferring"
    BRIDGED = "bridged"
    """The far end talks with somebody else; the leg is still ours to hang up."""
    ENDING = "ending"
    ENDED = "ended"


class Mode(StrEnum):
    """How the conversation reaches the caller."""

    STREAM = "stream"
    """Audio over a media stream."""
    WEBHOOK = "webhook"
    """The carrier speaks or plays, and transcribes the caller."""


class OnMachine(StrEnum):
    """What to do when an answering machine takes a call of ours."""

    TALK = "talk"
    """As if it were a person; nobody looks what it is."""
    LEAVE_MESSAGE = "leave_message"
    HANG_UP = "hang_up"


LIVE = frozenset(Phase) - {Phase.NEW, Phase.ENDED}


@dataclass(frozen=True, slots=True, kw_only=True)
class LegState:
    """A snapshot. Times in unix seconds, ids as the carrier gives them (empty while unknown)."""

    phase: Phase = Phase.NEW
    since: float = 0.0
    """When the phase began."""
    mode: Mode = Mode.STREAM
    record: bool = False
    """Whether the carrier is to record in webhook mode."""
    control_id: str = ""
    leg_id: str = ""
    session_id: str = ""
    stream_id: str = ""
    """The media stream that is attached, or was last."""
    media: bool = False
    media_deadline: float | None = None
    """When a missing media stream counts as failed."""
    stream_failures: int = 0
    talked: bool = False
    """Whether the conversation has begun, so that a new stream continues it."""
    on_machine: str = OnMachine.TALK.value
    machine: bool = False
    """Whether an answering machine took the call, as far as the carrier told."""
    greeting_deadline: float | None = None
    """Until when the greeting of the machine is waited for; None: it is over."""
    hangup_asked: bool = False
    answered_at: float | None = None
    ended_at: float | None = None
    cause: HangupCause | None = None
    reason: str = ""
    """Who or what asked for the end, when it was us."""

    @property
    def leaves_message(self) -> bool:
        """Whether the other end only records."""
        return self.machine and self.on_machine == OnMachine.LEAVE_MESSAGE

    def snapshot(self) -> dict[str, Any]:
        """As JSON values."""
        return {name: getattr(self, name) for name in _FIELDS}

    @classmethod
    def restore(cls, data: Mapping[str, Any]) -> Self:
        """From `snapshot()`; unknown keys, as an older or newer version may have stored, are ignored.

        Raises ValueError, which names it, for a phase, mode or cause that this version does not know.
        """
        values = {key: value for key, value in data.items() if key in _FIELDS}
        values["phase"] = Phase(values.get("phase", Phase.NEW))
        values["mode"] = Mode(values.get("mode", Mode.STREAM))
        values["cause"] = HangupCause(values["cause"]) if values.get("cause") else None
        return cls(**values)


_FIELDS = tuple(field.name for field in fields(LegState))
