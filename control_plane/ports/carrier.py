"""A telephone carrier: commands to it, webhooks and media messages from it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from control_plane.core.audio.frames import Encoding
from control_plane.core.call.commands import CarrierCommand, Dial
from control_plane.core.call.events import CallEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamTicket:
    """Where the carrier shall open the media socket of one leg; `url` already carries its one-call token."""

    url: str
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """What a carrier needs to know to act on one leg."""

    call_id: str
    control_id: str = ""
    """Empty before the dial was accepted."""
    ticket: StreamTicket | None = None
    language: str = "es"


@dataclass(frozen=True, slots=True, kw_only=True)
class LegIds:
    """The names the carrier gave to a leg it dialled."""

    control_id: str
    leg_id: str = ""
    session_id: str = ""


class CallControl(Protocol):
    """Sends commands to one carrier. Every command carries an id; the carrier ignores a repeated one."""

    async def dial(self, leg: Leg, command: Dial, *, command_id: str) -> LegIds:
        """Originate. Raises ProviderError."""
        ...

    async def perform(self, leg: Leg, command: CarrierCommand, *, command_id: str) -> None:
        """Any other carrier command on an existing leg. Raises ProviderError; CallGone when it has ended."""
        ...

    async def download(self, url: str) -> bytes:
        """Fetch a recording from the carrier's short-lived link. Raises ProviderError."""
        ...

    async def warm(self) -> None:
        """Open the connection ahead of need; never raises."""
        ...

    async def aclose(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One webhook, read: which leg it is about and what happened to it."""

    event_id: str
    """The carrier's id of the event: repeated deliveries carry the same."""
    kind: str
    """The carrier's own name of the event, e.g. `call.answered`."""
    event: CallEvent | None
    """None for an event that is known and of no interest."""
    control_id: str = ""
    leg_id: str = ""
    session_id: str = ""
    call_id: str = ""
    """Our call id, from the client state that the carrier returns; empty when it has none."""
    sender: str = ""
    to: str = ""
    occurred_at: str = ""


class WebhookReader(Protocol):
    """Verifies and reads one carrier's webhooks."""

    def verify(self, headers: Mapping[str, str], body: bytes, *, now: float) -> None:
        """Check the signature over the raw bytes; `headers` with lower-case names, `now` in unix seconds.

        Raises BadSignature; also when no key is configured: it fails closed.
        """
        ...

    def read(self, body: bytes) -> Notice:
        """Raises MalformedMessage."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketOpened:
    """First message of the socket. `token` when the carrier repeats the stream's secret in it."""

    token: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaStarted:
    """Audio follows, in this format. Only G.711 at 8 kHz is taken."""

    stream_id: str
    control_id: str
    encoding: Encoding


@dataclass(frozen=True, slots=True)
class AudioReceived:
    """A piece of the caller's audio, in the encoding of `MediaStarted`; pieces may arrive out of order of `chunk`."""

    chunk: int
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyReceived:
    """DTMF reported on the media socket."""

    digit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkReturned:
    """Everything sent before the mark was played, or dropped by a clear."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaStopped:
    """The carrier says that the stream is over; not guaranteed to come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFault:
    """The carrier complains about something we sent."""

    code: str
    title: str


MediaMessage = SocketOpened | MediaStarted | AudioReceived | KeyReceived | MarkReturned | MediaStopped | MediaFault


class MediaCodec(Protocol):
    """The wire language of one carrier's media socket. It never awaits, holds no credentials, cannot hang up."""

    def receive(self, message: str | bytes) -> MediaMessage | None:
        """Read one message; None when it is of no interest (another track, unknown event). Raises MalformedMessage."""
        ...

    def audio(self, payload: bytes) -> str:
        """The message that plays `payload`: PCMU whatever the caller's side is in, whole multiples of 20 ms."""
        ...

    def clear(self) -> str:
        """The message that stops playing and drops what is queued."""
        ...

    def mark(self, name: str) -> str:
        """The message that comes back when all audio sent before it was played."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """One configured carrier: everything the services need of it, under its short name."""

    name: str
    """Also the last segment of its webhook address: `/webhook/<name>`."""
    control: CallControl
    reader: WebhookReader
    codec: Callable[[], MediaCodec]
    """A codec for one media socket; codecs keep what `MediaStarted` said and are never shared."""
