"""The media websockets on a port of their own: a listener that costs a fraction of the HTTP server's.

It speaks nothing but websocket, below the same paths and with the same tickets as the route at the API's port, so that
Nginx (or `WS_STREAM_URL`) decides which of both a carrier reaches.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from contextvars import Context, copy_context
from http import HTTPStatus
from typing import Final, cast

from picows import (
    WSAutoPingStrategy,
    WSCloseCode,
    WSFrame,
    WSListener,
    WSMsgType,
    WSTransport,
    WSUpgradeRequest,
    WSUpgradeResponse,
    WSUpgradeResponseWithListener,
    ws_create_server,
)

from control_plane.observability.logging import get_logger
from control_plane.services.gateway import Gateway
from control_plane.services.media.inlet import Inlet
from control_plane.services.media.socket import SocketClosed, Take
from control_plane.web.stream_address import stream_address

log = get_logger("media")

MESSAGE_LIMIT: Final = 256 * 1024
"""Bytes of one message, the same as at the API's port."""
HANDSHAKE_S: Final = 5.0
PING_AFTER_S: Final = 20.0
"""Without a sound from the peer; it then has as long again to answer, or the socket is closed."""
CLOSE_S: Final = 1.0
"""So long the peer may take to answer our close frame."""
READ_BYTES: Final = 2048
"""Of each socket's read buffer to begin with: several media messages, and small, for there are as many as calls."""
SOCKETS_PER_CALL: Final = 2
"""So many sockets may be open for each call that the gateway takes: an old stream and the one that takes its place."""
SPARE_SOCKETS: Final = 32

ORDERLY: Final = 1000
LEAVING: Final = 1001
TOO_BIG: Final = 1009
FAULT: Final = 1011


class StreamSocket(WSListener):
    """One websocket, from its upgrade to its end; a MediaSocket.

    What comes before `feed` is kept in an inlet; from then on each message is worked in the callback that brings it,
    without a task in between: while the loop is busy elsewhere, the peer's messages wait in its own kernel and ours.
    """

    def __init__(self, begin: Callable[["StreamSocket"], None], ended: Callable[["StreamSocket"], None]) -> None:
        self._begin = begin
        self._ended = ended
        self._transport: WSTransport | None = None
        self._inlet = Inlet()
        self._take: Callable[[str | bytes], None] | None = None
        self._over: asyncio.Future[None] | None = None
        self._closed = False
        self._finished = False
        self._joined = bytearray()
        self._may_write: asyncio.Event | None = None

    # --- what picows tells --------------------------------------------------------------------------

    def on_ws_connected(self, transport: WSTransport) -> None:
        self._transport = transport
        self._begin(self)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        kind = frame.msg_type
        if transport.is_close_frame_sent:
            # What still comes was not asked for, and after a broken frame it is not even a message.
            if kind == WSMsgType.CLOSE:
                transport.disconnect()
        elif kind == WSMsgType.TEXT and frame.fin:
            take = self._take
            message = frame.get_payload_as_bytes()
            if take is None:
                self._inlet.put(message)
            else:
                take(message)
        elif kind == WSMsgType.CLOSE:
            transport.send_close(frame.get_close_code())
            transport.disconnect()
        elif kind in (WSMsgType.TEXT, WSMsgType.BINARY, WSMsgType.CONTINUATION):
            self._join(transport, frame)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self._closed = True
        self._inlet.close()
        if self._may_write is not None:
            self._may_write.set()
        self._end(SocketClosed())
        self._ended(self)

    def pause_writing(self) -> None:
        self._may_write = asyncio.Event()

    def resume_writing(self) -> None:
        if self._may_write is not None:
            self._may_write.set()
            self._may_write = None

    def _join(self, transport: WSTransport, frame: WSFrame) -> None:
        """A message in several frames, or a binary one; no carrier sends such, but it may."""
        self._joined += frame.get_payload_as_bytes()
        if len(self._joined) > MESSAGE_LIMIT:
            self._joined.clear()
            transport.send_close(_close_code(TOO_BIG))
            transport.disconnect()
        elif frame.fin:
            message = bytes(self._joined)
            self._joined.clear()
            if self._take is None:
                self._inlet.put(message)
            else:
                self._take(message)

    # --- the MediaSocket ----------------------------------------------------------------------------

    async def receive(self) -> str | bytes:
        return await self._inlet.one()

    async def feed(self, take: Take) -> None:
        for message in self._inlet.drain():
            take(message)
        if self._finished:
            return
        if self._closed:
            raise SocketClosed
        self._over = asyncio.get_running_loop().create_future()
        # Work is done in the context of the stream, so that its log lines and tasks name the call.
        self._take = self._guarded(copy_context(), take)
        try:
            await self._over
        finally:
            self._take = None

    def _guarded(self, context: Context, take: Take) -> Take:
        run = context.run

        def worked(message: str | bytes) -> None:
            try:
                run(take, message)
            except Exception as ending:  # a border: the stream is told, whatever it is, and deals with it
                self._take = None
                self._end(ending)

        return worked

    def finish(self) -> None:
        self._finished = True
        self._inlet.close()
        if self._over is not None and not self._over.done():
            self._over.set_result(None)

    @property
    def waiting(self) -> int:
        return len(self._inlet)

    @property
    def dropped(self) -> int:
        return self._inlet.dropped

    def offer(self, message: str) -> bool:
        transport = self._transport
        if self._closed or transport is None or transport.is_close_frame_sent:
            raise SocketClosed
        if self._may_write is not None:
            return False
        transport.send(WSMsgType.TEXT, message)
        return True

    async def send(self, message: str) -> None:
        while not self.offer(message):
            if self._may_write is not None:
                await self._may_write.wait()

    async def close(self, code: int) -> None:
        transport = self._transport
        if transport is None or self._closed or transport.is_close_frame_sent:
            return
        transport.send_close(_close_code(code))
        try:
            async with asyncio.timeout(CLOSE_S):
                await asyncio.shield(transport.wait_disconnected())
        except TimeoutError:
            transport.disconnect(graceful=False)

    def _end(self, reason: Exception) -> None:
        if self._over is not None and not self._over.done():
            self._over.set_exception(reason)


def _close_code(code: int) -> WSCloseCode:
    """The library names the registered codes only, and takes all others as the numbers that they are."""
    return cast(WSCloseCode, code)


class StreamListener:
    """Takes the sockets in and hands each to the gateway's door."""

    def __init__(self, gateway: Gateway, *, calls: int) -> None:
        self._gateway = gateway
        self._sockets: set[StreamSocket] = set()
        self._limit = calls * SOCKETS_PER_CALL + SPARE_SOCKETS

    def upgrade(self, request: WSUpgradeRequest) -> WSListener | WSUpgradeResponseWithListener:
        """Whether this request may become a websocket. It must not raise: the peer would be shown the fault."""
        path = request.path.decode("latin-1")
        found = stream_address(path, request.headers)
        if found is None:
            return _refusal(HTTPStatus.NOT_FOUND)
        if len(self._sockets) >= self._limit:
            log.warning("too many media sockets", limit=self._limit)
            return _refusal(HTTPStatus.SERVICE_UNAVAILABLE)
        carrier, token = found
        if carrier not in self._gateway.codecs:
            return _refusal(HTTPStatus.NOT_FOUND)

        def begin(socket: StreamSocket) -> None:
            self._sockets.add(socket)
            self._gateway.supervisor.spawn(self._serve(socket, carrier=carrier, token=token), "media socket")

        return StreamSocket(begin, self._sockets.discard)

    async def _serve(self, socket: StreamSocket, *, carrier: str, token: str) -> None:
        code = FAULT  # unless it ends in order
        try:
            await self._gateway.door.serve(socket, self._gateway.codecs[carrier](), token=token)
            code = ORDERLY
        finally:
            await socket.close(code)

    def shut(self) -> None:
        """Close what is still open: the process ends."""
        for socket in tuple(self._sockets):
            self._gateway.supervisor.spawn(socket.close(LEAVING), "media socket")


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
        listener.shut()
