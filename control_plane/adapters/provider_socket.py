"""One websocket to a provider, as it is spoken to once it is open.

            offer, send ──►  write buffer ──►  peer      pause_writing … resume_writing: nobody writes
    recv ◄── _inbox ◄──  on_ws_frame  ◄──────  peer      a full inbox: nothing is read until it is half empty
           deliver  ◄──  on_ws_frame  ◄──────  peer      without an inbox; `hold` … `read_on`: nothing is read

picows calls us for each frame, in its own reading; what a frame points to is gone when the callback returns.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from picows import WSCloseCode, WSFrame, WSListener, WSMsgType, WSTransport

from control_plane.adapters.socket_messages import Messages, RulesBroken
from control_plane.ports.errors import ProviderError, Timeout, Unavailable

INBOX: Final = 64
"""So many messages wait for their reader."""
WRITE_BUFFER_BYTES: Final = 2**15
"""More than that is not written ahead of a peer that does not keep up."""

_NO_CODE: Final = 1005
"""RFC 6455, 7.1.5: a close frame without a code."""
# Looked up once: they are compared with every frame.
_TEXT, _BINARY = WSMsgType.TEXT, WSMsgType.BINARY
_CLOSE, _PING, _PONG = WSMsgType.CLOSE, WSMsgType.PING, WSMsgType.PONG


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketTimings:
    """How patient a socket is, in seconds. Pings also keep a quiet connection alive in the boxes between."""

    connect: float = 4.0
    """Name, TCP, TLS and handshake together."""
    send: float = 2.0
    """Until the peer takes what is written, once the write buffer is full."""
    close: float = 1.0
    """Until the peer answers our close frame; then the connection is dropped."""
    ping_every: float = 5.0
    ping_patience: float | None = 5.0
    """Until a ping must be answered; a half-open socket is lost after both. None: pings go unanswered."""


class SocketLost(Exception):
    """The peer or the network ended the connection. `code` and `reason` are the peer's, if it gave any."""

    def __init__(self, code: int | None = None, reason: str = "") -> None:
        super().__init__("the connection was closed")
        self.code = code
        self.reason = reason


def lost(provider: str, closed: SocketLost) -> ProviderError:
    """The error for a socket that the peer or the network ended; the close code is its code."""
    return Unavailable(provider, "the connection was closed", code="" if closed.code is None else str(closed.code))


class ProviderSocket(WSListener):
    """Writes at once, reads for one reader, notices a peer that is gone. It knows nothing of what the messages say.

    What has come before the loss can still be received.
    """

    def __init__(self, provider: str, *, timings: SocketTimings, max_size: int) -> None:
        """`max_size` bounds one message in bytes, in however many frames it comes."""
        self.provider = provider
        self.timings = timings
        self.max_size = max_size
        self._loop = asyncio.get_running_loop()
        self._transport: WSTransport | None = None
        self._inbox: deque[str | bytes] = deque()
        self._messages = Messages(max_size)
        self._reader: asyncio.Future[None] | None = None
        self._take: Callable[[str | bytes], None] | None = None
        self._tell_lost: Callable[[SocketLost], None] | None = None
        self._held_up = False
        """Whether nothing is read: the inbox, or that of whoever is delivered to, is full."""
        self._room: asyncio.Event | None = None
        """There is one while the peer does not keep up."""
        self._lost: SocketLost | None = None
        self._closing = False
        self._gone = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._answered = True

    @property
    def usable(self) -> bool:
        """Whether there is somebody to write to."""
        return self._transport is not None and self._lost is None and not self._closing

    @property
    def ended(self) -> SocketLost | None:
        """How it ended, if it has."""
        return self._lost

    def offer(self, message: str | bytes) -> bool:
        """Write one message, text or binary by its type, if that can be done now. Tells whether it was."""
        transport = self._transport
        if self._room is not None or self._lost is not None or self._closing or transport is None:
            return False
        transport.send(_TEXT if isinstance(message, str) else _BINARY, message)
        return True

    async def send(self, message: str | bytes) -> None:
        """Write one message, as soon as the peer keeps up. Does not wait for an answer. Raises ProviderError."""
        while not self.offer(message):
            if self._lost is not None or self._room is None:
                raise lost(self.provider, self._lost or SocketLost())
            try:
                async with asyncio.timeout(self.timings.send):
                    await self._room.wait()
            except TimeoutError as exc:
                raise Timeout(self.provider, f"took no data for {self.timings.send} s") from exc

    async def recv(self) -> str | bytes:
        """The next message; for one reader at a time. Raises SocketLost when there will be no more."""
        while not self._inbox:
            if self._lost is not None:
                raise SocketLost(self._lost.code, self._lost.reason)
            self._reader = self._loop.create_future()
            await self._reader
        message = self._inbox.popleft()
        if self._held_up and len(self._inbox) <= INBOX // 2:
            self.read_on()
        return message

    def deliver(self, take: Callable[[str | bytes], None], lost: Callable[[SocketLost], None]) -> None:
        """From now on every message goes to `take` in the callback that brings it, which spares a turn of the loop;
        `lost` is told once that there will be no more. Neither may wait or raise. Instead of `recv`.
        """
        self.read_on()
        while self._inbox:
            take(self._inbox.popleft())
        if self._lost is not None:
            lost(self._lost)
            return
        self._take, self._tell_lost = take, lost

    def hold(self) -> None:
        """Read nothing until `read_on`; what has been read already is still delivered."""
        if not self._held_up and self._transport is not None and not self._gone.is_set():
            self._held_up = True
            self._transport.underlying_transport.pause_reading()

    def read_on(self) -> None:
        if self._held_up and self._transport is not None and not self._gone.is_set():
            self._held_up = False
            self._transport.underlying_transport.resume_reading()

    async def close(self) -> None:
        """Say goodbye, and drop the connection when the peer does not answer soon. What still comes is not read."""
        transport = self._transport
        if transport is None or self._gone.is_set():
            return
        if not self._closing:
            self._closing = True
            self._inbox.clear()
            self.read_on()
            self._end(SocketLost())
            transport.send_close(WSCloseCode.OK)
        try:
            async with asyncio.timeout(self.timings.close):
                await self._gone.wait()
        except TimeoutError:
            pass
        finally:
            transport.disconnect(graceful=False)

    def abandon(self) -> None:
        """Nobody waits for this connection any more, whatever comes of it."""
        self._closing = True
        if self._transport is not None:
            self._transport.disconnect(graceful=False)

    # --- called by picows; what is raised here ends the connection ----------------------------------

    def on_ws_connected(self, transport: WSTransport) -> None:
        self._transport = transport
        if self._closing:
            transport.disconnect(graceful=False)
            return
        transport.underlying_transport.set_write_buffer_limits(high=WRITE_BUFFER_BYTES)
        self._timer = self._loop.call_later(self.timings.ping_every, self._ping)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        kind = frame.msg_type
        if kind == _PONG:
            self._answered = True
        elif kind == _PING:
            if self._room is None:
                transport.send_pong(frame.get_payload_as_bytes())
        elif kind == _CLOSE:
            self._closed_by_peer(transport, frame.get_payload_as_bytes())
        elif self._lost is None and not transport.is_close_frame_sent:
            self._data(frame, kind)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self._gone.set()
        self._end(SocketLost())

    def pause_writing(self) -> None:
        self._room = self._room or asyncio.Event()

    def resume_writing(self) -> None:
        room, self._room = self._room, None
        if room is not None:
            room.set()

    # --- reading ------------------------------------------------------------------------------------

    def _data(self, frame: WSFrame, kind: WSMsgType) -> None:
        try:
            message = self._messages.add(frame, kind)
        except RulesBroken as broken:
            self._refuse(broken.code)
            return
        if message is None:
            return
        if self._take is not None:
            self._take(message)
            return
        self._inbox.append(message)
        self._wake_reader()
        if len(self._inbox) >= INBOX:
            self.hold()

    def _wake_reader(self) -> None:
        reader, self._reader = self._reader, None
        if reader is not None and not reader.done():
            reader.set_result(None)

    # --- the end ------------------------------------------------------------------------------------

    def _ping(self) -> None:
        """Twice in a row without an answer between is not possible: the loss comes before, unless nobody minds."""
        if self._transport is None:
            return
        if self._transport.is_close_frame_sent:  # picows has found a fault of the peer's, which does not let it go
            self._transport.disconnect(graceful=False)
            return
        self._answered = False
        self._transport.send_ping()
        patience = self.timings.ping_patience
        if patience is None:
            self._timer = self._loop.call_later(self.timings.ping_every, self._ping)
        else:
            self._timer = self._loop.call_later(patience, self._judge)

    def _judge(self) -> None:
        """Whether the ping was answered; an answer that we do not read ourselves is none of the peer's faults."""
        if self._transport is not None and not self._answered and not self._held_up:
            self._transport.disconnect(graceful=False)
            return
        rest = max(0.0, self.timings.ping_every - (self.timings.ping_patience or 0.0))
        self._timer = self._loop.call_later(rest, self._ping)

    def _closed_by_peer(self, transport: WSTransport, payload: bytes) -> None:
        code = int.from_bytes(payload[:2], "big") if payload else _NO_CODE
        self._end(SocketLost(code, payload[2:].decode(errors="replace")))
        self._say_goodbye(transport, WSCloseCode.OK)

    def _refuse(self, code: WSCloseCode) -> None:
        """The peer breaks the rules; what it sent before can still be received."""
        self._end(SocketLost())
        if self._transport is not None:
            self._say_goodbye(self._transport, code)

    def _say_goodbye(self, transport: WSTransport, code: WSCloseCode) -> None:
        if not transport.is_close_frame_sent:
            transport.send_close(code)
        transport.disconnect()
        # What lies unsent before the goodbye may never be taken.
        self._loop.call_later(self.timings.close, transport.disconnect, False)

    def _end(self, how: SocketLost) -> None:
        """Only the first reason counts."""
        if self._lost is None:
            self._lost = how
        self._messages.forget()
        if self._timer is not None:
            self._timer.cancel()
        self._wake_reader()
        if self._room is not None:
            self._room.set()
        tell, self._take, self._tell_lost = self._tell_lost, None, None
        if tell is not None:
            tell(self._lost)
