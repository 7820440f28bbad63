"""A carrier that exists only in memory, for tests of whatever stands on the carrier port."""

import base64
import itertools
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from control_plane.core.audio.frames import Encoding
from control_plane.core.call.commands import CarrierCommand, Dial
from control_plane.ports.carrier import (
    AudioReceived,
    Carrier,
    KeyReceived,
    Leg,
    LegIds,
    MarkReturned,
    MediaFault,
    MediaMessage,
    MediaStarted,
    MediaStopped,
    Notice,
    SocketOpened,
)
from control_plane.ports.errors import BadSignature, MalformedMessage, ProviderError, Rejected


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One command as it reached the carrier, also when the carrier then failed it."""

    leg: Leg
    command: CarrierCommand
    command_id: str


@dataclass(slots=True)
class FakeCallControl:
    """A CallControl that writes down what it is told; dialled legs are called `leg-1`, `leg-2`, …

    Commands obey unless a failure was scripted with `fail`. It ignores a repeated `command_id` as carriers do: the
    repetition is in `sent`, not in `effective`, and a repeated dial names the same leg.
    """

    name: str = "fake"
    recordings: dict[str, bytes] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)
    effective: list[Sent] = field(default_factory=list)
    warmed: int = 0
    closed: bool = False
    _failures: dict[type, deque[ProviderError]] = field(default_factory=lambda: defaultdict(deque))
    _dialled: dict[str, LegIds] = field(default_factory=dict)
    _seen: set[tuple[str, str]] = field(default_factory=set)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def fail(self, command: type[CarrierCommand], *errors: ProviderError) -> None:
        """Each error answers one of the next commands of that type."""
        self._failures[command].extend(errors)

    @property
    def commands(self) -> list[CarrierCommand]:
        """What took effect, in order."""
        return [sent.command for sent in self.effective]

    async def dial(self, leg: Leg, command: Dial, *, command_id: str) -> LegIds:
        self._obey(leg, command, command_id=command_id)
        if command_id not in self._dialled:
            number = next(self._numbers)
            self._dialled[command_id] = LegIds(
                control_id=f"leg-{number}", leg_id=f"leg-id-{number}", session_id=f"session-{number}"
            )
        return self._dialled[command_id]

    async def perform(self, leg: Leg, command: CarrierCommand, *, command_id: str) -> None:
        self._obey(leg, command, command_id=command_id)

    async def download(self, url: str) -> bytes:
        if url not in self.recordings:
            raise Rejected(self.name, "no such recording", code="404")
        return self.recordings[url]

    async def warm(self) -> None:
        self.warmed += 1

    async def aclose(self) -> None:
        self.closed = True

    def _obey(self, leg: Leg, command: CarrierCommand, *, command_id: str) -> None:
        sent = Sent(leg=leg, command=command, command_id=command_id)
        self.sent.append(sent)
        if failures := self._failures[type(command)]:
            raise failures.popleft()
        if (leg.control_id, command_id) not in self._seen:
            self._seen.add((leg.control_id, command_id))
            self.effective.append(sent)


SIGNATURE = {"x-fake-signature": "genuine"}
"""Headers that FakeWebhookReader takes for genuine."""


@dataclass(slots=True)
class FakeWebhookReader:
    """A WebhookReader that knows its notices beforehand: a body is the `event_id` of one of them."""

    notices: dict[str, Notice] = field(default_factory=dict)

    def add(self, notice: Notice) -> bytes:
        """The body that will be read as this notice."""
        self.notices[notice.event_id] = notice
        return notice.event_id.encode()

    def verify(self, headers: Mapping[str, str], body: bytes, *, now: float) -> None:
        if any(headers.get(name) != value for name, value in SIGNATURE.items()):
            raise BadSignature("the fake signature is missing")

    def read(self, body: bytes) -> Notice:
        notice = self.notices.get(body.decode(errors="replace"))
        if notice is None:
            raise MalformedMessage("no such notice")
        return notice


class PlainCodec:
    """A MediaCodec of plain words.

    In: `open [token]`, `start <stream> <control id> <encoding>`, `audio <chunk> <base64>`, `key <digit>`,
    `mark <name>`, `stop`, `error <code> <title>`. Out: `audio <base64>`, `clear`, `mark <name>`.
    """

    def receive(self, message: str | bytes) -> MediaMessage | None:
        text = message.decode(errors="replace") if isinstance(message, bytes) else message
        try:
            return _plain(text.split())
        except (ValueError, IndexError) as error:
            raise MalformedMessage("not a message of the plain codec") from error

    def audio(self, payload: bytes) -> str:
        return "audio " + base64.b64encode(payload).decode()

    def clear(self) -> str:
        return "clear"

    def mark(self, name: str) -> str:
        return f"mark {name}"


def _plain(words: list[str]) -> MediaMessage | None:
    match words:
        case ["open", *token]:
            return SocketOpened(token="".join(token))
        case ["start", stream_id, control_id, encoding]:
            return MediaStarted(stream_id=stream_id, control_id=control_id, encoding=Encoding(encoding))
        case ["audio", chunk, payload]:
            return AudioReceived(int(chunk), base64.b64decode(payload, validate=True))
        case ["key", digit]:
            return KeyReceived(digit=digit)
        case ["mark", name]:
            return MarkReturned(name=name)
        case ["stop"]:
            return MediaStopped()
        case ["error", code, *title]:
            return MediaFault(code=code, title=" ".join(title))
        case [_, *_]:
            return None
        case _:
            raise ValueError("an empty message")


def fake_carrier(
    *, name: str = "fake", control: FakeCallControl | None = None, reader: FakeWebhookReader | None = None
) -> Carrier:
    """A whole carrier of fakes; hand in those that the test wants to look at."""
    return Carrier(
        name=name,
        control=control or FakeCallControl(name=name),
        reader=reader or FakeWebhookReader(),
        codec=PlainCodec,
    )
