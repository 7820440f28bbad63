"""The audio of one utterance between the socket that brings it and the call that plays it."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Final

from control_plane.core.audio.frames import SAMPLE_RATE
from control_plane.ports.errors import ProviderError, Timeout
from control_plane.ports.voice import SpokenPiece

MAX_BYTES: Final = 60 * SAMPLE_RATE
"""A minute of audio. When it is reached the socket is not read on, and TCP slows the provider down."""


class Inbox:
    """A bounded queue of pieces for one listener.

    It ends once: finished (with or without an error, what is in it is still delivered) or closed by the listener, after
    which everything is dropped, so that the socket is never held up for a listener who has left.
    """

    def __init__(
        self, provider: str, *, patience_s: float, room: Callable[[], None], max_bytes: int = MAX_BYTES
    ) -> None:
        """`patience_s` is how long audio may be overdue; `room` is called when a full inbox takes audio again."""
        self._provider = provider
        self._patience_s = patience_s
        self._max_bytes = max_bytes
        self._tell_room = room
        self._full = False
        self._pieces: deque[SpokenPiece] = deque()
        self._bytes = 0
        self._filled = asyncio.Event()
        self._overdue: asyncio.TimerHandle | None = None
        self._last_said = False
        self.ended = False
        self.error: ProviderError | None = None

    def expect(self, *, last: bool = False) -> None:
        """Audio is due now, and with `last` after every piece until the inbox is finished."""
        self._last_said = self._last_said or last
        if self._overdue is None and not self.ended and not self._full:
            late = Timeout(self._provider, f"no audio for {self._patience_s} s")
            self._overdue = asyncio.get_running_loop().call_later(self._patience_s, self.finish, late)

    def put(self, piece: SpokenPiece) -> bool:
        """False: it is full now. It still takes what has been read already; more should not be until `room`."""
        self._calm()
        if self.ended:
            return True
        self._pieces.append(piece)
        self._bytes += len(piece.audio)
        self._full = self._bytes >= self._max_bytes
        self._filled.set()
        if self._last_said:
            self.expect()
        return not self._full

    def finish(self, error: ProviderError | None = None) -> None:
        """No more pieces; only the first call counts."""
        if self.ended:
            return
        self.ended = True
        self.error = error
        self._calm()
        self._filled.set()
        self._make_room()

    def close(self) -> None:
        """The listener has left: drop what is here and what may come."""
        self.finish()
        self.error = None
        self._pieces.clear()
        self._bytes = 0

    async def pieces(self) -> AsyncIterator[SpokenPiece]:
        """What arrives, until the end; then raises the error, if there is one."""
        while True:
            while self._pieces:
                piece = self._pieces.popleft()
                self._bytes -= len(piece.audio)
                if self._bytes < self._max_bytes:
                    self._make_room()
                yield piece
            if self.ended:
                break
            self._filled.clear()
            await self._filled.wait()
        if self.error is not None:
            raise self.error

    def _make_room(self) -> None:
        if self._full:
            self._full = False
            self._tell_room()
            if self._last_said:
                self.expect()

    def _calm(self) -> None:
        if self._overdue is not None:
            self._overdue.cancel()
            self._overdue = None
