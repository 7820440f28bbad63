"""The outline of a recording: how loud it was, stretch by stretch, from a WAV that comes in pieces."""

import struct
import sys
from array import array
from dataclasses import dataclass
from typing import Final

LOOKED_AT: Final = 256
"""So many samples of a stretch are looked at, evenly spread: enough for the outline of speech, and the work does not
grow with the length of the call."""

HEADER_LIMIT: Final = 64 * 1024
FULL_SCALE: Final = 32768


class NotWav(ValueError):
    """Not a WAV file of 16-bit PCM. The text says what is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WavHead:
    """What a WAV file says of itself. `offset` and `length` of the sound, in bytes."""

    channels: int
    rate: int
    offset: int
    length: int

    @property
    def frame_bytes(self) -> int:
        return 2 * self.channels

    @property
    def frames(self) -> int:
        return self.length // self.frame_bytes

    @property
    def duration_s(self) -> float:
        return self.frames / self.rate


def wav_head(begin: bytes, *, file_bytes: int) -> WavHead:
    """From the first bytes of the file. A length that was never filled in is taken from the file. Raises NotWav."""
    if begin[:4] != b"RIFF" or begin[8:12] != b"WAVE":
        raise NotWav("not a WAV file")
    at, described = 12, None
    while at + 8 <= len(begin):
        name, length = begin[at : at + 4], struct.unpack_from("<I", begin, at + 4)[0]
        at += 8
        if name == b"data":
            if described is None:
                raise NotWav("the sound comes before its description")
            channels, rate = described
            sound = min(length or file_bytes, file_bytes - at)
            return WavHead(channels=channels, rate=rate, offset=at, length=max(0, sound))
        if name == b"fmt ":
            described = _format(begin[at : at + 16])
        at += length + length % 2
    raise NotWav("the sound does not begin where it should")


def _format(chunk: bytes) -> tuple[int, int]:
    """(channels, rate)."""
    if len(chunk) < 16:
        raise NotWav("the description is cut off")
    kind, channels, rate, _, _, bits = struct.unpack("<HHIIHH", chunk)
    if kind not in (1, 0xFFFE) or bits != 16 or not 1 <= channels <= 2 or rate < 1:
        raise NotWav("only PCM of 16 bits in one or two channels can be drawn")
    return channels, rate


class Outline:
    """Takes the sound in pieces of any size, in order."""

    def __init__(self, head: WavHead, *, points: int) -> None:
        self._head = head
        self._stretch = max(1, -(-head.frames // points))
        self._step = max(1, self._stretch // LOOKED_AT)
        self._held = bytearray()
        self._peaks: list[list[float]] = [[] for _ in range(head.channels)]

    def feed(self, piece: bytes) -> None:
        self._held += piece
        size = self._stretch * self._head.frame_bytes
        done = len(self._held) // size * size
        for at in range(0, done, size):
            self._look(bytes(self._held[at : at + size]))
        del self._held[:done]

    def finish(self) -> list[list[float]]:
        """Peaks by channel, 0 to 1."""
        whole = len(self._held) // self._head.frame_bytes * self._head.frame_bytes
        if whole:
            self._look(bytes(self._held[:whole]))
        self._held.clear()
        return self._peaks

    def _look(self, stretch: bytes) -> None:
        samples = array("h", stretch)
        if sys.byteorder == "big":
            samples.byteswap()
        step = self._step * self._head.channels
        for channel, peaks in enumerate(self._peaks):
            looked_at = samples[channel::step]
            loudest = max(max(looked_at), -min(looked_at))
            peaks.append(round(loudest / FULL_SCALE, 4))
