"""Reading a recogniser's socket: each message is told in the callback that brings it."""

import asyncio
from collections.abc import Callable
from typing import Final

from control_plane.adapters.provider_socket import ProviderSocket, SocketLost
from control_plane.ports.errors import MalformedMessage, ProviderError, Unavailable
from control_plane.ports.hearing import Heard, Listening

MALFORMED_LIMIT: Final = 5
"""A single unreadable message is skipped; this many in a row are a lost recognition, not a silent caller."""


class Listener:
    """One recognition's messages. How long the provider is silent is the business of the socket's pings."""

    def __init__(
        self,
        socket: ProviderSocket,
        *,
        read: Callable[[str | bytes], Heard | Listening | None],
        closed: Callable[[SocketLost], ProviderError],
    ) -> None:
        """`read` tells what a message says and raises MalformedMessage, or ProviderError for one that ends it all;
        `closed` names the error for a socket that the provider closed."""
        self._socket = socket
        self._read = read
        self._closed = closed
        self._malformed = 0
        self._over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def listen(self, take: Callable[[Heard | Listening], None]) -> None:
        """Until `close`. Raises ProviderError, and what `take` does."""
        if self._over.done():
            return
        over = self._over = asyncio.get_running_loop().create_future()

        def message(data: str | bytes) -> None:
            if not over.done():
                self._tell(data, take)

        self._socket.deliver(message, self._lost)
        await over

    def close(self) -> None:
        """Nothing more is told, and that the socket ends is no error."""
        if not self._over.done():
            self._over.set_result(None)

    def _tell(self, data: str | bytes, take: Callable[[Heard | Listening], None]) -> None:
        try:
            event = self._read(data)
            self._malformed = 0
            if event is not None:
                take(event)
        except MalformedMessage:
            self._malformed += 1
            if self._malformed >= MALFORMED_LIMIT:
                self._fail(Unavailable(self._socket.provider, "sends nothing that can be read"))
        except Exception as fault:
            # A border: whatever it is goes to whoever listens; the socket would take it for its own.
            self._fail(fault)

    def _lost(self, how: SocketLost) -> None:
        self._fail(self._closed(how))

    def _fail(self, error: Exception) -> None:
        if not self._over.done():
            self._over.set_exception(error)
