"""Which words belong to which audio bytes on the wire."""

from collections import deque
from collections.abc import Callable

FRAME = 160
"""Bytes of 20 ms PCMU at 8 kHz."""
BYTES_PER_SECOND = FRAME * 50


class Spoken:
    """One stretch of speech: its text and the PCMU bytes sent of it so far. Made by `SpokenLedger.begin`."""

    __slots__ = ("audio", "call", "ended_at", "keys", "ledger", "speaker", "started_at", "text")

    def __init__(self, ledger: "SpokenLedger", text: str, *, speaker: str, call: str) -> None:
        self.ledger = ledger
        self.text = text
        self.speaker = speaker
        self.call = call
        self.started_at = ledger.now()
        self.ended_at: float | None = None
        self.audio = bytearray()
        self.keys: list[int] | None = []
        """Index entries of this stretch; None once the ledger has forgotten it."""

    @property
    def duration_s(self) -> float:
        return len(self.audio) / BYTES_PER_SECOND

    def append(self, audio: bytes) -> None:
        """More of the stretch went out, in PCMU, as it appears on the wire; any length."""
        start = len(self.audio)
        self.audio += audio
        if len(audio) == FRAME and not start % FRAME:
            self.ledger.index_frame(self, start, frame=audio)
        else:
            self.ledger.index(self, start)

    def end(self) -> None:
        """Nothing more will be appended."""
        self.ended_at = self.ledger.now()


class SpokenLedger:
    """Recent stretches, found again by their bytes: G.711 passes the gateway unchanged, so bytes are proof enough.

    Whole frames are found through an index of their hashes; other cuts of the audio by a search through every recent
    stretch, newest first. A stretch is forgotten `keep_s` seconds after its start.
    """

    def __init__(self, now: Callable[[], float], *, keep_s: float = 120.0) -> None:
        self.now = now
        self._keep_s = keep_s
        self._stretches: deque[Spoken] = deque()
        self._frames: dict[int, tuple[Spoken, int]] = {}

    def begin(self, text: str, *, speaker: str, call: str) -> Spoken:
        """Start a stretch; its audio follows through `Spoken.append`."""
        self._forget()
        spoken = Spoken(self, text, speaker=speaker, call=call)
        self._stretches.append(spoken)
        return spoken

    def recognise(self, audio: bytes) -> tuple[Spoken, float] | None:
        """The stretch that contains exactly these bytes, and at which second of it they begin."""
        if not audio:
            return None
        found = self.locate(audio[:FRAME])
        if found is not None and found[0].audio.startswith(audio, found[1]):
            return found[0], found[1] / BYTES_PER_SECOND
        for spoken in reversed(self._stretches):
            offset = spoken.audio.find(audio)
            if offset >= 0:
                return spoken, offset / BYTES_PER_SECOND
        return None

    def locate(self, frame: bytes) -> tuple[Spoken, int] | None:
        """The stretch and byte offset of one whole 20 ms frame: by index only, so cheap enough for every frame."""
        found = self._frames.get(hash(frame))
        if found is not None and found[0].audio.startswith(frame, found[1]):
            return found
        return None

    def recent(self) -> list[Spoken]:
        """Oldest first."""
        return list(self._stretches)

    def clear(self) -> None:
        self._stretches.clear()
        self._frames.clear()

    def index_frame(self, spoken: Spoken, start: int, *, frame: bytes) -> None:
        """Enter one whole frame of `spoken`, which lies at `start`."""
        if spoken.keys is None:
            return
        key = hash(frame)
        self._frames[key] = (spoken, start)
        spoken.keys.append(key)

    def index(self, spoken: Spoken, start: int) -> None:
        """Enter the whole frames of `spoken` that were completed by what was appended at `start`."""
        if spoken.keys is None:
            return
        audio = bytes(spoken.audio[start - start % FRAME :])
        first = start - start % FRAME
        for offset in range(0, len(audio) - FRAME + 1, FRAME):
            key = hash(audio[offset : offset + FRAME])
            self._frames[key] = (spoken, first + offset)
            spoken.keys.append(key)

    def _forget(self) -> None:
        horizon = self.now() - self._keep_s
        while self._stretches and self._stretches[0].started_at < horizon:
            spoken = self._stretches.popleft()
            for key in spoken.keys or ():
                if (entry := self._frames.get(key)) is not None and entry[0] is spoken:
                    del self._frames[key]
            spoken.keys = None
