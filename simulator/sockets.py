"""Websockets on picows: how the simulator's sockets are opened, taken over from HTTP, read, written and closed.

Nothing here waits: a message is sent, or lies in the connection's own buffer. picows listens to HTTP itself only for
plain upgrades, so a request is judged by aiohttp first and its connection handed over when it may come in.
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web
from picows import (
    WSAutoPingStrategy,
    WSCloseCode,
    WSFrame,
    WSListener,
    WSMsgType,
    WSTransport,
    WSUpgradeResponse,
    WSUpgradeResponseWithListener,
    ws_connect,
)
from picows import picows as native

LARGEST: Final = 4 * 1024 * 1024
"""Bytes of a message."""
_BUFFER: Final = 4096
"""Bytes for reading at first; it grows when messages are longer."""
_CLOSE_S: Final = 2.0
"""So long the other side has to answer a close frame."""
_TEXT: Final = WSMsgType.TEXT
_BINARY: Final = WSMsgType.BINARY
_log: Final = logging.getLogger("simulator.sockets")


class Socket(WSListener):
    """One end of a websocket. Whole messages come to `took`; a ping is answered after it was shown there."""

    def __init__(self) -> None:
        self._transport: WSTransport | None = None
        self._parts: list[bytes] = []
        self._kind = WSMsgType.TEXT
        self._closing: asyncio.TimerHandle | None = None
        self.gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done when the connection has ended."""
        self.choked = False
        """The other side does not read, and the buffer is full."""
        self.deaf = False
        """Pings are not answered."""

    def opened(self) -> None:
        """The handshake is over."""

    def took(self, kind: WSMsgType, data: bytes) -> None:
        """A message came, or a ping or pong."""
        raise NotImplementedError

    def filled(self, choked: bool) -> None:
        """The connection's buffer is full, or empty again."""

    @property
    def usable(self) -> bool:
        """Whether messages still go out."""
        transport = self._transport
        return transport is not None and not (transport.is_close_frame_sent or transport.is_disconnected)

    def send(self, data: str | bytes) -> None:
        """Text or binary, at once; nothing after a close frame."""
        if self._transport is not None:
            kind = WSMsgType.TEXT if isinstance(data, str) else WSMsgType.BINARY
            self._transport.send(kind, data)

    def send_text(self, data: bytes) -> None:
        """Text that is in UTF-8 already."""
        if self._transport is not None:
            self._transport.send(_TEXT, data)

    def close(self, code: int = WSCloseCode.OK.value, reason: str = "", *, patience_s: float = _CLOSE_S) -> None:
        """Send the close frame; the connection ends when it is answered, or soon without that."""
        if self._transport is None or not self.usable:
            return
        self._transport.send_close(WSCloseCode(code), reason.encode()[:123])
        self._closing = asyncio.get_running_loop().call_later(patience_s, self.abort)

    def abort(self) -> None:
        """End the connection without a close frame."""
        if self._transport is not None:
            self._transport.disconnect(graceful=False)

    def on_ws_connected(self, transport: WSTransport) -> None:
        self._transport = transport
        self.opened()

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        kind = frame.msg_type
        if (kind is _TEXT or kind is _BINARY) and frame.fin:
            self.took(kind, frame.get_payload_as_bytes())
        elif kind is WSMsgType.CLOSE:
            self._answer_close(transport)
        elif kind is WSMsgType.PING or kind is WSMsgType.PONG:
            data = frame.get_payload_as_bytes()
            self.took(kind, data)
            if kind is WSMsgType.PING and not self.deaf:
                transport.send_pong(data)
        else:
            self._part(kind, frame)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        if self._closing is not None:
            self._closing.cancel()
        if not self.gone.done():
            self.gone.set_result(None)

    def pause_writing(self) -> None:
        self.choked = True
        self.filled(True)

    def resume_writing(self) -> None:
        self.choked = False
        self.filled(False)

    def _part(self, kind: WSMsgType, frame: WSFrame) -> None:
        """A message that comes in several frames."""
        if kind is not WSMsgType.CONTINUATION:
            self._kind = kind
            self._parts.clear()
        self._parts.append(frame.get_payload_as_bytes())
        if frame.fin:
            whole = b"".join(self._parts)
            self._parts.clear()
            self.took(self._kind, whole)

    def _answer_close(self, transport: WSTransport) -> None:
        if not transport.is_close_frame_sent:
            transport.send_close(WSCloseCode.OK)
        transport.disconnect()


async def connect(socket: Socket, url: str, *, headers: Mapping[str, str]) -> None:
    """Open it as a client. Raises OSError, WSError (the handshake was refused or is wrong)."""
    await ws_connect(
        lambda: socket,
        url,
        websocket_handshake_timeout=None,
        enable_auto_pong=False,
        max_frame_size=LARGEST,
        extra_headers=headers,
        read_buffer_init_size=_BUFFER,
        logger_name=_log,
    )


def check_upgrade(request: web.Request) -> None:
    """Raises HTTPBadRequest for what is no upgrade to a websocket."""
    if request.transport is None or not web.WebSocketResponse().can_prepare(request).ok:
        raise web.HTTPBadRequest(text="a websocket is expected here")


async def hand_over(request: web.Request, socket: Socket, *, headers: Mapping[str, str]) -> web.StreamResponse:
    """Answer an upgrade that aiohttp has read and that was checked; until the connection ends. Return what it returns.

    The public ways of picows begin with a listener of their own; so its protocol is told the handshake again, with
    what it looks at.
    """
    transport = request.transport
    assert transport is not None
    asking = "\r\n".join(f"{name}: {request.headers[name]}" for name in _HANDSHAKE if name in request.headers)
    protocol = _protocol(socket, headers)
    transport.pause_reading()
    transport.set_protocol(protocol)
    protocol.connection_made(transport)
    _feed(protocol, f"GET / HTTP/1.1\r\n{asking}\r\n\r\n".encode())
    transport.resume_reading()
    try:
        await socket.gone
    finally:
        socket.abort()
        request.protocol.connection_lost(None)
    return _HandedOver()


_HANDSHAKE: Final = ("Host", "Upgrade", "Connection", "Sec-WebSocket-Version", "Sec-WebSocket-Key")


class _HandedOver(web.StreamResponse):
    """Nothing is left to be answered."""

    async def prepare(self, request: web.BaseRequest) -> Any:
        return None

    async def write_eof(self, data: bytes = b"") -> None:
        return


def _protocol(socket: Socket, headers: Mapping[str, str]) -> Any:
    def listener(_: Any) -> WSUpgradeResponseWithListener:
        return WSUpgradeResponseWithListener(WSUpgradeResponse.create_101_response(extra_headers=headers), socket)

    return native.WSProtocol(  # type: ignore[attr-defined]
        None,
        None,
        False,  # the server's side
        listener,
        _log,
        True,  # disconnect on an exception
        None,  # the handshake is here already
        False,
        1,
        1,
        WSAutoPingStrategy.PING_WHEN_IDLE,
        False,  # pongs are the socket's
        LARGEST,
        None,
        _BUFFER,
    )


def _feed(protocol: Any, data: bytes) -> None:
    protocol.get_buffer(-1)[: len(data)] = data
    protocol.buffer_updated(len(data))
