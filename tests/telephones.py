"""The far end of a media socket in tests: a telephone behind a carrier that speaks PlainCodec."""

import asyncio
import base64
from collections import deque
from dataclasses import dataclass

from control_plane.core.audio.frames import SAMPLE_RATE, SILENCE, Encoding
from control_plane.services.media.inlet import Inlet, pumped
from control_plane.services.media.socket import SocketClosed, Take

QUIET = SILENCE[Encoding.PCMU]


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message of ours as the carrier got it, `at` a time of the loop."""

    at: float
    message: str


class Telephone:
    """A MediaSocket. Audio is played in real time; marks come back when what was sent before them is over or cleared.

    While `marks_return` is off, the carrier keeps them. `closed_with` is the code with which we closed the socket.
    """

    def __init__(self) -> None:
        self.got: list[Arrived] = []
        self.marks_return = True
        self.closed_with: int | None = None
        self.takes = asyncio.Event()
        """Clear it, and the carrier takes nothing: sending waits."""
        self.takes.set()
        self._inbound: asyncio.Queue[str | bytes | None] = asyncio.Queue()
        self._marks: deque[tuple[str, asyncio.TimerHandle]] = deque()
        self._plays_until = 0.0
        self._chunk = 0
        self._inlet = Inlet()

    # --- the MediaSocket --------------------------------------------------------------------------

    async def receive(self) -> str | bytes:
        message = await self._inbound.get()
        if message is None:
            self._inbound.put_nowait(None)
            raise SocketClosed
        return message

    async def feed(self, take: Take) -> None:
        await pumped(self.receive, self._inlet, take=take)

    def finish(self) -> None:
        self._inlet.close()

    @property
    def waiting(self) -> int:
        return len(self._inlet)

    @property
    def dropped(self) -> int:
        return self._inlet.dropped

    def offer(self, message: str) -> bool:
        if self.closed_with is not None:
            raise SocketClosed
        if self.takes.is_set():
            self._got(message)
        return self.takes.is_set()

    async def send(self, message: str) -> None:
        while not self.offer(message):
            await self.takes.wait()

    async def close(self, code: int) -> None:
        self.closed_with = code

    def _got(self, message: str) -> None:
        loop = asyncio.get_running_loop()
        self.got.append(Arrived(loop.time(), message))
        verb, _, rest = message.partition(" ")
        match verb:
            case "audio":
                length = len(base64.b64decode(rest)) / SAMPLE_RATE
                self._plays_until = max(loop.time(), self._plays_until) + length
            case "clear":
                self._plays_until = loop.time()
                while self._marks:
                    self._return_mark()
            case "mark" if self.marks_return:
                self._marks.append((rest, loop.call_at(self._plays_until, self._return_mark)))

    def _return_mark(self) -> None:
        name, timer = self._marks.popleft()
        timer.cancel()
        self.tell(f"mark {name}")

    # --- what the far end does --------------------------------------------------------------------

    def tell(self, message: str | bytes) -> None:
        """The carrier sends this."""
        self._inbound.put_nowait(message)

    def start(self, *, stream_id: str = "stream-1", control_id: str = "leg-1", encoding: str = "PCMU") -> None:
        self.tell(f"start {stream_id} {control_id} {encoding}")

    def sound(self, payload: bytes = QUIET, *, chunk: int | None = None) -> None:
        """A piece of the caller's audio; numbered on from the last one unless `chunk` is given."""
        self._chunk = self._chunk + 1 if chunk is None else chunk
        self.tell(f"audio {self._chunk} {base64.b64encode(payload).decode()}")

    def hang_up(self) -> None:
        """The socket closes without a word."""
        self._inbound.put_nowait(None)

    # --- what has arrived -------------------------------------------------------------------------

    @property
    def messages(self) -> list[str]:
        """The first word of each message, pieces of audio in a row as one."""
        words: list[str] = []
        for arrived in self.got:
            word = arrived.message.split()[0]
            if word != "audio" or words[-1:] != ["audio"]:
                words.append(word)
        return words

    @property
    def audio(self) -> bytes:
        """All audio that was sent."""
        pieces = (arrived.message.split() for arrived in self.got)
        return b"".join(base64.b64decode(words[1]) for words in pieces if words[0] == "audio")
