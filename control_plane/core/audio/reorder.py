"""The order of a carrier's audio pieces, which the network may have mixed up."""

from collections.abc import Sequence
from typing import Final

RESTART_GAP: Final = 500
"""A number this far off (10 s of frames), ahead or behind, is no straggler: the carrier counts anew from it."""


class Reorder:
    """Puts pieces in order by chunk number. It knows no time: how long to wait is counted in pieces.

    The first piece that comes is the beginning, whatever its number. A missing piece is waited for until `window`
    later ones have come, then given up; at most `window` pieces are held back.
    """

    __slots__ = ("_next", "_waiting", "_window", "late", "lost")

    def __init__(self, *, window: int = 4) -> None:
        if window < 1:
            raise ValueError("the window is at least one piece")
        self._window = window
        self._next: int | None = None
        self._waiting: dict[int, bytes] = {}
        self.lost = 0
        """Pieces that were given up; one of them that comes after all also counts as late."""
        self.late = 0
        """Pieces that were dropped because their turn was over, or because they came twice."""

    def push(self, chunk: int, payload: bytes) -> Sequence[bytes]:
        """The pieces whose turn has come, in order; none while an earlier one is missing."""
        if chunk == self._next and not self._waiting:
            self._next = chunk + 1
            return (payload,)
        if self._next is None or abs(chunk - self._next) >= RESTART_GAP:
            return self._restart(chunk, payload)
        if chunk < self._next or chunk in self._waiting:
            self.late += 1
            return ()
        self._waiting[chunk] = payload
        if chunk != self._next and len(self._waiting) < self._window:
            return ()
        return self._release(self._next)

    def flush(self) -> Sequence[bytes]:
        """At the end of the stream: everything that still waits, in order, without what is missing between."""
        released: list[bytes] = []
        while self._waiting and self._next is not None:
            released += self._release(self._next)
        return released

    def _restart(self, chunk: int, payload: bytes) -> Sequence[bytes]:
        before = self.flush()
        self._next = chunk + 1
        return (*before, payload)

    def _release(self, due: int) -> list[bytes]:
        """What follows without a gap from the first waiting piece; the pieces between it and `due` are lost."""
        first = min(self._waiting)
        self.lost += first - due
        released = []
        while first in self._waiting:
            released.append(self._waiting.pop(first))
            first += 1
        self._next = first
        return released
