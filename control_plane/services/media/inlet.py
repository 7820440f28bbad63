"""The bounded buffer between the socket's pump and the work on its messages."""

import asyncio
from collections import deque
from typing import Final

LIMIT: Final = 250
"""Messages, five seconds of 20 ms audio: whoever is further behind does not catch up by hearing old sound."""


class Inlet:
    """Never blocks the writer: when it is full the oldest message is dropped and counted."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._messages: deque[str | bytes] = deque(maxlen=limit)
        self._filled = asyncio.Event()
        self._closed = False
        self.dropped = 0

    def put(self, message: str | bytes) -> None:
        if len(self._messages) == self._messages.maxlen:
            self.dropped += 1
        self._messages.append(message)
        self._filled.set()

    def close(self) -> None:
        """No more messages will come; what is buffered can still be taken."""
        self._closed = True
        self._filled.set()

    def __len__(self) -> int:
        return len(self._messages)

    async def take(self) -> list[str | bytes]:
        """All that is there, at least one message; empty when the inlet is closed and drained."""
        while not self._messages and not self._closed:
            self._filled.clear()
            await self._filled.wait()
        taken = list(self._messages)
        self._messages.clear()
        return taken
