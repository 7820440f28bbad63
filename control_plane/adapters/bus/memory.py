"""Facts in passing within one process."""

import asyncio
from collections import deque
from typing import Final, Self
from weakref import WeakSet

from control_plane.ports.infrastructure import BusMessage

DEFAULT_BACKLOG: Final = 1000


class MemoryBus:
    """The Bus port in one event loop. A subscriber that is `backlog` messages behind loses the oldest, counted in
    `dropped`. A subscription that nobody holds any more is gone, closed or not.
    """

    def __init__(self, *, backlog: int = DEFAULT_BACKLOG) -> None:
        self._backlog = backlog
        self._subscriptions: WeakSet[Subscription] = WeakSet()
        self.dropped = 0
        """Messages lost by slow subscribers, all together."""

    @property
    def subscribers(self) -> int:
        return len(self._subscriptions)

    def publish(self, message: BusMessage) -> None:
        for subscription in tuple(self._subscriptions):
            if not subscription.offer(message):
                self.dropped += 1

    def subscribe(self) -> "Subscription":
        """Registered at once, not when the first message is awaited."""
        subscription = Subscription(self._backlog)
        self._subscriptions.add(subscription)
        return subscription


class Subscription:
    """What one listener has not read yet. For one reading task; iteration ends with `aclose`."""

    def __init__(self, backlog: int) -> None:
        self._waiting: deque[BusMessage] = deque(maxlen=backlog)
        self._changed = asyncio.Event()
        self._closed = False
        self.dropped = 0

    def offer(self, message: BusMessage) -> bool:
        """False when the oldest message had to go for this one."""
        if self._closed:
            return True
        lost = len(self._waiting) == self._waiting.maxlen
        self._waiting.append(message)
        self._changed.set()
        self.dropped += lost
        return not lost

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> BusMessage:
        while not self._waiting:
            if self._closed:
                raise StopAsyncIteration
            self._changed.clear()
            await self._changed.wait()
        return self._waiting.popleft()

    async def aclose(self) -> None:
        """Drop what is unread; a reader that waits is released."""
        self._closed = True
        self._waiting.clear()
        self._changed.set()
