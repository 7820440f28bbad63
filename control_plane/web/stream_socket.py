"""One media websocket on picows: an adapter of the thin socket interface."""

import asyncio
from collections.abc import Callable
from contextvars import Context, copy_context
from typing import Final, cast

from picows import WSCloseCode, WSFrame, WSListener, WSMsgType, WSTransport

from control_plane.services.media.inlet import Inlet
from control_plane.services.media.socket import SocketClosed, Take

MESSAGE_LIMIT: Final = 256 * 1024
"""Bytes of one message, the same as at the API's port."""
CLOSE_S: Final = 1.0
"""So long the peer may take to answer our close frame."""
TOO_BIG: Final = 1009
# Looked up once: they are compared with every frame.
_TEXT, _BINARY, _CONTINUATION = WSMsgType.TEXT, WSMsgType.BINARY, WSMsgType.CONTINUATION
_CLOSE, _PING = WSMsgType.CLOSE, WSMsgType.PING


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
            if kind == _CLOSE:
                _hang_up(transport)
        elif kind == _TEXT and frame.fin:
            take = self._take
            message = frame.get_payload_as_bytes()
            if take is None:
                self._inlet.put(message)
            else:
                take(message)
        elif kind == _CLOSE:
            code = frame.get_close_code()
            transport.send_close(WSCloseCode.OK if code == WSCloseCode.NO_INFO else code)
            self._end(SocketClosed())
            _hang_up(transport)
        elif kind == _PING:
            # Not by the library: it would answer a peer that asks without end and reads nothing, into our memory.
            if self._may_write is None:
                transport.send_pong(frame.get_payload_as_bytes())
        elif kind in (_TEXT, _BINARY, _CONTINUATION):
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
            _hang_up(transport)
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
            # The way in which it ended knows, by its traceback, of everything that the call holds.
            self._take = self._over = None

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
        transport.send(_TEXT, message)
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


def _hang_up(transport: WSTransport) -> None:
    """What is still to be written may go out, but nobody is waited for long."""
    transport.disconnect()
    asyncio.get_running_loop().call_later(CLOSE_S, transport.disconnect, False)


def _close_code(code: int) -> WSCloseCode:
    """The library names the registered codes only, and takes all others as the numbers that they are."""
    return cast(WSCloseCode, code)
