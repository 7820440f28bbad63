"""The thin interface between a media stream and whatever server holds its websocket."""

from collections.abc import Callable
from typing import Protocol

Take = Callable[[str | bytes], None]
"""Whoever works a message the moment it comes; never waits."""


class SocketClosed(Exception):
    """The peer is gone."""


class MediaSocket(Protocol):
    """One accepted websocket. `receive` until it is known what is spoken, then `feed` to the end."""

    async def receive(self) -> str | bytes:
        """The next message. Raises SocketClosed."""
        ...

    async def feed(self, take: Take) -> None:
        """Every further message to `take`, in order, until `finish` or the peer's end. What `take` raises comes out."""
        ...

    def finish(self) -> None:
        """Take no more messages: `feed` returns when those that were received are worked."""
        ...

    @property
    def waiting(self) -> int:
        """Messages that were received and not worked yet."""
        ...

    @property
    def dropped(self) -> int:
        """Messages that were given up because too many waited."""
        ...

    def offer(self, message: str) -> bool:
        """Send it at once if that takes no waiting; False: nothing was sent, `send` it. Raises SocketClosed."""
        ...

    async def send(self, message: str) -> None:
        """Returns when the message is with the operating system or in a write buffer with room. Raises SocketClosed."""
        ...

    async def close(self, code: int) -> None: ...
