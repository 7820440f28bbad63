"""The far end of a leg's outgoing audio: when the carrier plays what it was sent, and what the ear got.

Times are in ticks, samples of 8 kHz on the caller's clock, so that nothing is rounded twice. They must not go back.
"""

from collections import deque
from typing import Final

from control_plane.core.audio.frames import FRAME_BYTES, SAMPLE_RATE

KEEP: Final = 60 * SAMPLE_RATE
"""Played audio that nobody takes is kept this long (ticks); older audio then reads as silence."""

_SILENT_BYTE: Final = b"\xff"


def ticks(seconds: float) -> int:
    """A time in seconds as ticks."""
    return round(seconds * SAMPLE_RATE)


class Line:
    """Models the carrier's queue of one leg: each piece begins when it was sent or when the one before is over.

    The journey to the ear is left out; it shifts everything alike.
    """

    __slots__ = ("_ear", "_pieces", "end")

    def __init__(self) -> None:
        self.end = 0
        """When the last piece sent is, or was, over."""
        self._pieces: deque[tuple[int, bytes]] = deque()
        self._ear: int | None = None

    def unplayed(self, now: int) -> int:
        """Bytes sent that the ear has not got yet."""
        return max(0, self.end - now)

    def send(self, now: int, piece: bytes) -> None:
        """The carrier got `piece`."""
        start = max(now, self.end)
        self.end = start + len(piece)
        self._forget(now - KEEP if self._ear is not None else now)
        self._pieces.append((start, piece))

    def clear(self, now: int) -> None:
        """The carrier dropped what it had not played."""
        self.end = min(self.end, now)
        while self._pieces and self._pieces[-1][0] + len(self._pieces[-1][1]) > now:
            start, piece = self._pieces.pop()
            if start < now:
                self._pieces.append((start, piece[: now - start]))

    def listen(self, now: int) -> None:
        """From now on `take` answers what the ear gets; a second call changes nothing."""
        if self._ear is None:
            self._ear = now

    def take(self, now: int) -> bytes:
        """What the ear got since the last call, silence included, in whole frames counted from `listen`."""
        self.listen(now)
        begin = self._ear or 0
        length = (now - begin) // FRAME_BYTES * FRAME_BYTES
        self._ear = begin + length
        got = bytearray(_SILENT_BYTE * length)
        for start, piece in self._pieces:
            if start >= self._ear:
                break
            heard = piece[max(0, begin - start) : self._ear - start]
            place = max(0, start - begin)
            got[place : place + len(heard)] = heard
        self._forget(self._ear)
        return bytes(got)

    def _forget(self, before: int) -> None:
        """Let go of the pieces that were over by then."""
        while self._pieces and self._pieces[0][0] + len(self._pieces[0][1]) <= before:
            self._pieces.popleft()
