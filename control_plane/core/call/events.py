"""What can happen to a leg, whoever reports it: carrier, media socket, API, clock or our own commands.

Every event is a plain value and travels as JSON (`services/calls/journal.py`), so its fields are strings, numbers,
booleans and tuples of strings only.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRequested:
    """Somebody asked us to call `to`."""

    to: str
    sender: str
    stream: bool
    """Whether the conversation is to run over a media stream (else webhook mode)."""
    record: bool = False
    on_machine: str = "talk"
    """An `OnMachine` value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOffered:
    """A caller rings at one of our numbers; the leg is parked until we answer or reject."""

    sender: str
    to: str
    control_id: str
    leg_id: str = ""
    session_id: str = ""
    accepted: bool = True
    """False when nobody serves the number called, or the gateway is full or draining."""
    stream: bool = True
    record: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DialAccepted:
    """The carrier took our dial and named the leg."""

    control_id: str
    leg_id: str = ""
    session_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegInitiated:
    """The carrier reports that our outgoing leg exists; may come before the dial's own answer."""

    control_id: str
    leg_id: str = ""
    session_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegAnswered:
    """The far end (or we, for an offered call) picked up."""

    control_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineDetected:
    """The carrier finds that an answering machine picked up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineGreetingEnded:
    """The greeting of the answering machine is over. `sure` when a beep or its end was heard, else it took too long."""

    sure: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class LegBridged:
    """The leg was connected with another one: the conversation with the bot is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegHungUp:
    """The leg is gone. `cause` is a `HangupCause` value, `source` who ended it as the carrier says."""

    cause: str
    source: str = "unknown"
    sip_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamStarted:
    """The carrier says that it connected the media stream."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamStopped:
    """The carrier says that the media stream ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamFailed:
    """The carrier could not connect, or lost, the media stream; the call itself goes on, silent."""

    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaAttached:
    """The media socket of the leg is open here and has said `start`."""

    stream_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaDetached:
    """The media socket of the leg closed. `orderly` when the carrier said `stop` before."""

    stream_id: str = ""
    orderly: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingLost:
    """No recogniser of ours hears the call; its media socket is of no more use."""

    stream_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerTranscribed:
    """Webhook mode: the carrier heard the caller say this."""

    text: str
    final: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechPlayed:
    """Webhook mode: a speak or playback ended. `completed` is False when it was cut or failed."""

    completed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DigitReceived:
    """The caller pressed a key: one of 0-9 A-D * #."""

    digit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingSaved:
    """The carrier's recording is ready at a link that expires in minutes."""

    url: str
    format: str = "mp3"


@dataclass(frozen=True, slots=True, kw_only=True)
class HangupRequested:
    """We want the call to end: the bot said goodbye, the API asked, or the process gives up."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferRequested:
    """The call is to be handed to another number (blind transfer)."""

    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferFailed:
    """The number we transferred to was not reached; our leg lives on."""

    cause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SayRequested:
    """Webhook mode: the bot has a clause to say. `url` names stored audio; without it the carrier's voice speaks."""

    text: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietRequested:
    """Webhook mode: stop whatever the carrier is saying or playing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DigitsRequested:
    """Send these DTMF digits into the call."""

    digits: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandFailed:
    """The carrier refused a command for good. `gone` when it says that the call has already ended."""

    command: str
    code: str
    gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessRestarted:
    """The process that owned the call died; this one took it over."""


CallEvent = (
    CallRequested
    | CallOffered
    | DialAccepted
    | LegInitiated
    | LegAnswered
    | MachineDetected
    | MachineGreetingEnded
    | LegBridged
    | LegHungUp
    | StreamStarted
    | StreamStopped
    | StreamFailed
    | MediaAttached
    | MediaDetached
    | HearingLost
    | CallerTranscribed
    | SpeechPlayed
    | DigitReceived
    | RecordingSaved
    | HangupRequested
    | TransferRequested
    | TransferFailed
    | SayRequested
    | QuietRequested
    | DigitsRequested
    | CommandFailed
    | ProcessRestarted
)
