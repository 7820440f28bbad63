"""The thin interface between a media stream and whatever server holds its websocket."""

from typing import Protocol


class SocketClosed(Exception):
    """The peer is gone."""


class MediaSocket(Protocol):
    """One accepted websocket."""

    async def receive(self) -> str | bytes:
        """The next message. Raises SocketClosed."""
        ...

    async def send(self, message: str) -> None:
        """Raises SocketClosed."""
        ...

    async def close(self, code: int) -> None: ...
