"""What the call machine can ask for: carrier commands, which are kept and repeated, and directives, which are not."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """Originate the leg. With `stream` the media stream is asked for in the same request.

    Unless `on_machine` (an `OnMachine` value) is `talk` the carrier is to tell whether an answering machine picks up.
    """

    to: str
    sender: str
    stream: bool
    on_machine: str = "talk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Pick up an offered call, with the media stream in the same request when `stream`."""

    stream: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """Turn an offered call away. `busy` says busy, else declined."""

    busy: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Hangup:
    """End the leg."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartStream:
    """Start a media stream on the answered leg."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopStream:
    """Stop the media stream of the leg, if it has one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartTranscription:
    """Have the carrier transcribe the caller (webhook mode)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRecording:
    """Have the carrier record both sides (webhook mode; over a stream we record ourselves)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speak:
    """Have the carrier's own voice say the text (webhook mode)."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """Have the carrier play stored audio (webhook mode)."""

    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StopSpeech:
    """Silence whatever is being spoken or played (webhook mode)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendDigits:
    """Send DTMF."""

    digits: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """Blind transfer to a number."""

    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchRecording:
    """Download the carrier's recording before its link expires; executed by us, not by the carrier."""

    url: str
    format: str


CarrierCommand = (
    Dial
    | Answer
    | Reject
    | Hangup
    | StartStream
    | StopStream
    | StartTranscription
    | StartRecording
    | Speak
    | Play
    | StopSpeech
    | SendDigits
    | Transfer
    | FetchRecording
)
"""Stored in the same transaction as the event that caused them; repeated with the same id after a crash."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartTalking:
    """Let the conversation begin, or go on, in this mode. `resumed` after a lost stream or a restart."""

    stream: bool
    resumed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveMessage:
    """An answering machine records: let it have the message."""

    stream: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StopTalking:
    """The conversation with the bot is over (transfer, end)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliver:
    """Hand the event just handled to the conversation (words, digits, played speech)."""


Directive = StartTalking | LeaveMessage | StopTalking | Deliver
"""Carried out in this process only; a restart derives them anew from the state."""

Command = CarrierCommand | Directive
