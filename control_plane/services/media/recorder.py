"""Recording a call: both tracks to disk as they are heard, mixed to one stereo WAV at the end."""

import asyncio
import io
import wave
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Final

from control_plane.core.audio.frames import SAMPLE_RATE
from control_plane.core.audio.g711 import to_pcm16
from control_plane.ports.infrastructure import BlobStore, Clock
from control_plane.services.media.spool import Block, Spool

FLUSH_BYTES: Final = 3 * SAMPLE_RATE
"""When so much of one track is held in memory, both go to disk."""

DRIFT_BYTES: Final = SAMPLE_RATE // 5
"""A track more than 200 ms behind the clock had a hole: it is filled with silence."""

EARLY_BYTES: Final = SAMPLE_RATE // 25
"""A track more than 40 ms ahead of the clock got audio that belongs where a hole was filled."""

MIX_BYTES: Final = SAMPLE_RATE
"""One second of each side is mixed at a time: little memory, and short turns of the interpreter's lock."""

ULAW_SILENCE: Final = b"\xff"


class _Track:
    """One side: a spool file of PCMU whose length follows the clock."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._held = bytearray()
        self._written = path.stat().st_size if path.exists() else 0
        self._filled_at = self._filled = 0
        """Where in `_held` the last hole was filled, and how many bytes of silence are left of it."""

    @property
    def length(self) -> int:
        return self._written + len(self._held)

    def add(self, audio: bytes, *, due: int) -> bool:
        """Append audio that ends at byte `due` of the call; answers whether it is time to write."""
        hole = due - len(audio) - self.length
        if hole > DRIFT_BYTES:
            self._filled_at, self._filled = len(self._held), hole
            self._held += ULAW_SILENCE * hole
        elif self._filled and -hole > EARLY_BYTES:
            # The hole was none: its audio was late, and now comes all at once.
            spare = min(-hole, self._filled)
            del self._held[self._filled_at : self._filled_at + spare]
            self._filled -= spare
        self._held += audio
        return len(self._held) >= FLUSH_BYTES

    def take(self) -> bytes:
        block = bytes(self._held)
        self._held.clear()
        self._filled = 0
        self._written += len(block)
        return block


class Recorder:
    """Both sides of one call. It survives a lost stream and a restarted process: the spool files are found again.

    `began_at` is when the call was answered (unix seconds); all positions are counted from there.
    """

    def __init__(self, spool: Spool, call_id: str, *, began_at: float, clock: Clock) -> None:
        spool.folder.mkdir(parents=True, exist_ok=True)
        self._spool = spool
        self._paths = (spool.folder / f"{call_id}.caller.ulaw", spool.folder / f"{call_id}.agent.ulaw")
        self._caller, self._agent = (_Track(path) for path in self._paths)
        self._offset = began_at - clock.wall() + clock.steady()
        self._clock = clock
        self._writing = asyncio.Lock()
        self._blocks: list[Block] = []
        self._closed = False

    def caller(self, frame: bytes) -> bool:
        """What came from the caller just now; True when there is something to `flush`."""
        return self._add(self._caller, frame)

    def agent(self, audio: bytes) -> bool:
        """What the caller heard up to now."""
        return self._add(self._agent, audio)

    def _add(self, track: _Track, audio: bytes) -> bool:
        if self._closed:
            return False
        due = int((self._clock.steady() - self._offset) * SAMPLE_RATE)
        if not track.add(audio, due=due):
            return False
        self._take()
        return True

    def _take(self) -> None:
        """What is held of both tracks is to be written."""
        for track in (self._caller, self._agent):
            if block := track.take():
                self._blocks.append((track.path, block))

    async def flush(self) -> None:
        """Write what is due, off the event loop and in order."""
        async with self._writing:
            blocks, self._blocks = self._blocks, []
            if blocks:
                await self._spool.write(blocks)

    async def save(self, blobs: BlobStore, key: str) -> bool:
        """Mix both tracks into `key` and forget the spool files. False when nothing was recorded.

        Audio that comes later is ignored. Raises ProviderError, and OSError when the spool cannot be used; the tracks
        stay in the spool then.
        """
        self._closed = True
        self._take()
        await self.flush()
        if not any(path.exists() for path in self._paths):
            return False
        await blobs.put(key, await asyncio.to_thread(mix, *self._paths), content_type="audio/wav")
        await asyncio.to_thread(_forget, self._paths)
        return True


def _forget(paths: tuple[Path, ...]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def mix(caller: Path, agent: Path) -> bytes:
    """A 16-bit stereo WAV: the caller left, the agent right; the shorter side is filled with silence."""
    with _side(caller) as left, _side(agent) as right:
        return _wav(_mixed(left, right), channels=2)


def _side(path: Path) -> BinaryIO:
    return path.open("rb") if path.exists() else io.BytesIO()


def _mixed(left: BinaryIO, right: BinaryIO) -> Iterator[bytes]:
    """PCM of both sides, block by block."""
    while length := max(map(len, sides := (left.read(MIX_BYTES), right.read(MIX_BYTES)))):
        frames = bytearray(4 * length)
        for offset, side in zip((0, 2), sides, strict=True):
            pcm = to_pcm16(side.ljust(length, ULAW_SILENCE))
            frames[offset::4] = pcm[0::2]
            frames[offset + 1 :: 4] = pcm[1::2]
        yield bytes(frames)


def wav(pcm: bytes) -> bytes:
    """8 kHz 16-bit little-endian PCM of one side with a WAV header."""
    return _wav((pcm,), channels=1)


def _wav(blocks: Iterable[bytes], *, channels: int) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        for block in blocks:
            file.writeframesraw(block)
    return buffer.getvalue()
