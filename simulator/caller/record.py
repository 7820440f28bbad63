"""What is noted of one call while it goes on."""

from dataclasses import dataclass, field
from typing import Final

from simulator.caller.mouth import Utterance
from simulator.caller.silences import Silences

_KEPT_FAULTS: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfPause:
    """The caller was silent in the middle of a turn: from the last voiced frame to the next one."""

    at: float
    until: float


@dataclass(slots=True, kw_only=True)
class Turn:
    """The caller said something that wants an answer."""

    said: str
    caller_ended_at: float
    began_at: float | None = None
    """The first voiced frame."""
    pauses: list[SelfPause] = field(default_factory=list)
    bot_audible_at: float | None = None

    @property
    def latency_ms(self) -> float | None:
        if self.bot_audible_at is None:
            return None
        return round((self.bot_audible_at - self.caller_ended_at) * 1000, 1)


@dataclass(slots=True, kw_only=True)
class BargeIn:
    """The caller began to speak while the bot was talking, and wanted it to stop."""

    at: float
    """When the interrupting utterance began."""
    first_loud_at: float | None = None
    clear_at: float | None = None

    @property
    def clear_ms(self) -> float | None:
        if self.clear_at is None or self.first_loud_at is None:
            return None
        return round((self.clear_at - self.first_loud_at) * 1000, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clear:
    """The gateway silenced the bot.

    `during`: the kind of the caller's last utterance, if it began within two seconds.
    """

    at: float
    during: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientFault:
    """The gateway sent something on the media socket that it should not."""

    kind: str
    at: float
    detail: str


@dataclass(slots=True, kw_only=True)
class CallRecord:
    """Everything measured in one call. Times are of the loop's clock."""

    said: list[Utterance] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    barge_ins: list[BargeIn] = field(default_factory=list)
    clears: list[Clear] = field(default_factory=list)
    client_faults: list[ClientFault] = field(default_factory=list)
    silences: Silences = field(default_factory=Silences)
    digits_pressed: str = ""
    frames_sent: int = 0
    """Media messages to the gateway."""
    frames_received: int = 0
    """Media messages from it."""
    marks_received: int = 0
    streams: int = 0
    script_done: bool = False

    def blame(self, kind: str, detail: str, *, at: float) -> None:
        if len(self.client_faults) < _KEPT_FAULTS:
            self.client_faults.append(ClientFault(kind=kind, at=at, detail=detail))

    def bot_became_audible(self, at: float, *, quiet_since: float | None) -> None:
        """The answer to the last turn that has none."""
        self.silences.bot_spoke(at, quiet_since=quiet_since)
        if self.turns and self.turns[-1].bot_audible_at is None and self.turns[-1].caller_ended_at <= at:
            self.turns[-1].bot_audible_at = at

    def cleared(self, at: float) -> None:
        last = self.said[-1] if self.said else None
        recent = last is not None and at - (last.started_at or at) < 2.0
        self.clears.append(Clear(at=at, during=last.kind if last is not None and recent else None))
        if self.barge_ins and self.barge_ins[-1].clear_at is None:
            self.barge_ins[-1].clear_at = at
