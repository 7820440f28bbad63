"""The media websockets on a port of their own: a listener that costs a fraction of the HTTP server's.

It speaks nothing but websocket, below the same paths and with the same tickets as the route at the API's port, so that
Nginx (or `WS_STREAM_URL`) decides which of both a carrier reaches.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

from picows import (
    WSAutoPingStrategy,
    WSListener,
    WSUpgradeRequest,
    WSUpgradeResponse,
    WSUpgradeResponseWithListener,
    ws_create_server,
)

from control_plane.observability.logging import get_logger
from control_plane.services.gateway import Gateway
from control_plane.web.stream_address import stream_address
from control_plane.web.stream_socket import MESSAGE_LIMIT, StreamSocket

log = get_logger("media")

HANDSHAKE_S: Final = 5.0
PING_AFTER_S: Final = 20.0
"""Without a sound from the peer; it then has as long again to answer, or the socket is closed."""
READ_BYTES: Final = 2048
"""Of each socket's read buffer to begin with: several media messages, and small, for there are as many as calls."""
SOCKETS_PER_CALL: Final = 2
"""So many sockets may be open for each call that the gateway takes: an old stream and the one that takes its place."""
SOCKETS_PER_TICKET: Final = 4
"""So many of them with the same ticket: one that has leaked does not take the places of other calls."""
STRANGERS: Final = 32
"""So many sockets may be open whose ticket is not in their address; each has some seconds to show it."""

ORDERLY: Final = 1000
LEAVING: Final = 1001
FAULT: Final = 1011


@dataclass(slots=True)
class _Places:
    """So many sockets at once, and those there are."""

    number: int
    taken: set[StreamSocket] = field(default_factory=set)


class StreamListener:
    """Takes the sockets in and hands each to the gateway's door."""

    def __init__(self, gateway: Gateway, *, calls: int) -> None:
        self._gateway = gateway
        self._guests = _Places(calls * SOCKETS_PER_CALL)
        self._strangers = _Places(STRANGERS)
        self._of_ticket = Counter[str]()

    def upgrade(self, request: WSUpgradeRequest) -> WSListener | WSUpgradeResponseWithListener:
        """Whether this request may become a websocket. It must not raise: the peer would be shown the fault."""
        path = request.path.decode("latin-1")
        found = stream_address(path, request.headers)
        if found is None:
            return _refusal(HTTPStatus.NOT_FOUND)
        carrier, token = found
        if carrier not in self._gateway.codecs:
            return _refusal(HTTPStatus.NOT_FOUND)
        # Who shows no ticket here may do so in a first message, but takes nobody's place with one meanwhile.
        places = self._guests if self._gateway.door.knows(token) else self._strangers
        if len(places.taken) >= places.number or self._of_ticket[token] >= SOCKETS_PER_TICKET:
            log.warning("too many media sockets", limit=places.number)
            return _refusal(HTTPStatus.SERVICE_UNAVAILABLE)

        def begin(socket: StreamSocket) -> None:
            places.taken.add(socket)
            if places is self._guests:
                self._of_ticket[token] += 1
            self._gateway.supervisor.spawn(self._serve(socket, carrier=carrier, token=token), "media socket")

        def ended(socket: StreamSocket) -> None:
            places.taken.discard(socket)
            if places is self._guests:
                self._of_ticket -= Counter((token,))  # what is at nothing is forgotten

        return StreamSocket(begin, ended)

    async def _serve(self, socket: StreamSocket, *, carrier: str, token: str) -> None:
        code = FAULT  # unless it ends in order
        try:
            await self._gateway.door.serve(socket, self._gateway.codecs[carrier](), token=token)
            code = ORDERLY
        except asyncio.CancelledError:
            code = LEAVING
            raise
        finally:
            await socket.close(code)

    async def shut(self) -> None:
        """Close what is still open: the process ends."""
        await asyncio.gather(*(socket.close(LEAVING) for socket in (*self._guests.taken, *self._strangers.taken)))


def _refusal(status: HTTPStatus) -> WSUpgradeResponseWithListener:
    return WSUpgradeResponseWithListener(WSUpgradeResponse.create_error_response(status), None)


@asynccontextmanager
async def listening(gateway: Gateway, *, host: str, port: int, calls: int) -> AsyncGenerator[int]:
    """Take media sockets at that address, enough for so many calls; port 0 takes a free one. Yields the port.

    Raises OSError.
    """
    listener = StreamListener(gateway, calls=calls)
    server = await ws_create_server(
        listener.upgrade,
        host,
        port,
        websocket_handshake_timeout=HANDSHAKE_S,
        enable_auto_pong=False,
        enable_auto_ping=True,
        auto_ping_idle_timeout=PING_AFTER_S,
        auto_ping_reply_timeout=PING_AFTER_S,
        auto_ping_strategy=WSAutoPingStrategy.PING_WHEN_IDLE,
        max_frame_size=MESSAGE_LIMIT,
        read_buffer_init_size=READ_BYTES,
        logger_name=logging.LoggerAdapter(logging.getLogger("picows")),
        # The transports of uvloop itself: a tenth cheaper with hundreds of sockets, a quarter with a hundred.
        use_aiofastnet=False,
    )
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await listener.shut()
