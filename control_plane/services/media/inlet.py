"""The bounded buffer between a socket and the work on its messages."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final

from control_plane.services.media.socket import SocketClosed, Take

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

    def drain(self) -> list[str | bytes]:
        """All that is there."""
        taken = list(self._messages)
        self._messages.clear()
        return taken

    async def take(self) -> list[str | bytes]:
        """All that is there, at least one message; empty when the inlet is closed and drained."""
        await self._wait()
        return self.drain()

    async def one(self) -> str | bytes:
        """The oldest message. Raises SocketClosed when the inlet is closed and drained."""
        await self._wait()
        if not self._messages:
            raise SocketClosed
        return self._messages.popleft()

    async def _wait(self) -> None:
        while not self._messages and not self._closed:
            self._filled.clear()
            await self._filled.wait()


async def pumped(receive: Callable[[], Awaitable[str | bytes]], inlet: Inlet, *, take: Take) -> None:
    """All messages of `receive` through `inlet` to `take`, until SocketClosed or until the inlet is closed.

    For servers with an endless queue of their own: a task does nothing but receive, so that what piles up piles up
    where it is bounded.
    """

    async def pump() -> None:
        try:
            while True:
                inlet.put(await receive())
        except SocketClosed:
            inlet.close()

    async with asyncio.TaskGroup() as group:
        pumping = group.create_task(pump())
        while messages := await inlet.take():
            for message in messages:
                take(message)
        pumping.cancel()
