"""Connections to a provider's HTTP server that are kept from one request to the next, and the bytes on them.

Made for answers that come in many small pieces: what arrives is handed to the reader in one step, without a lock, a
stream or a task in between. `docs/decisions/0013-claude-stream.md` tells why.
"""

import asyncio
import ssl
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Final, cast
from urllib.request import getproxies, proxy_bypass

from control_plane.adapters.http_answer import AnswerReader, Garbled

MOST_UNREAD: Final = 256 * 1024
"""Bytes that may wait for their reader before the peer has to."""


class WireLost(Exception):
    """The connection could not be made, or broke. The text is safe to log."""

    def __init__(self, text: str, *, unanswered: bool = False) -> None:
        super().__init__(text)
        self.unanswered = unanswered
        """No head of an answer came."""


@dataclass(frozen=True, slots=True)
class Place:
    """Whom to connect to."""

    host: str
    port: int
    secure: bool


class Wire(asyncio.Protocol):
    """One connection; one request at a time. Whoever asked reads the answer to its end, or drops the connection."""

    def __init__(self, place: Place, closed: "Callable[[Wire], None]") -> None:
        self.place = place
        self.idle: asyncio.TimerHandle | None = None
        self.answer = nothing_asked()
        self._closed = closed
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._unread: list[bytes] = []
        self._size = 0
        self._paused = False
        self._fault: WireLost | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._deadline = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def ask(self, request: bytes, *, bodiless: bool = False) -> None:
        """Send a whole request."""
        self.answer = AnswerReader(bodiless=bodiless)
        assert self._transport is not None
        self._transport.write(request)

    async def head(self, patience_s: float | None) -> AnswerReader:
        """The answer, once its head is there. Raises WireLost, TimeoutError."""
        while not self.answer.status:
            await self._more(patience_s)
        return self.answer

    async def read(self, patience_s: float | None) -> bytes:
        """What has come of the body since the last time; empty at its end. Raises WireLost, TimeoutError."""
        while not self._unread:
            if self.answer.complete:
                return b""
            await self._more(patience_s)
        pieces, self._unread, self._size = self._unread, [], 0
        if self._paused and self._transport is not None:
            self._paused = False
            self._transport.resume_reading()
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def drop(self) -> None:
        """Close it now, whatever is under way."""
        if self._transport is not None:
            self._transport.abort()

    @property
    def usable(self) -> bool:
        return self._fault is None and self._transport is not None and not self._transport.is_closing()

    # --- waiting: one timer for all pieces of an answer, armed anew only when it goes off ---------

    async def _more(self, patience_s: float | None) -> None:
        if self._fault is not None:
            raise self._fault
        waiter = self._waiter = self._loop.create_future()
        if patience_s is not None:
            self._deadline = self._loop.time() + patience_s
            if self._timer is None or self._timer.when() > self._deadline:
                self._arm()
        try:
            await waiter
        finally:
            self._waiter = None
            if self.answer.complete:
                self._disarm()

    def _arm(self) -> None:
        self._disarm()
        self._timer = self._loop.call_at(self._deadline, self._look)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        self._timer = None
        if self._waiter is None or self._waiter.done():
            return
        if self._loop.time() < self._deadline:
            self._arm()
        else:
            self._waiter.set_exception(TimeoutError())

    def _wake(self, fault: WireLost | None = None) -> None:
        if self._waiter is None or self._waiter.done():
            return
        if fault is None:
            self._waiter.set_result(None)
        else:
            self._waiter.set_exception(fault)

    # --- what the event loop tells ----------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop has classes of its own

    def data_received(self, data: bytes) -> None:
        if self.answer.complete or self.idle is not None:
            self.drop()  # an answer to nothing
            return
        try:
            body = self.answer.feed(data)
        except Garbled as garbled:
            self._lose(str(garbled))
            self.drop()
            return
        if body:
            self._unread.append(body)
            self._size += len(body)
            if self._size > MOST_UNREAD and not self._paused and self._transport is not None:
                self._paused = True
                self._transport.pause_reading()
        self._wake()

    def eof_received(self) -> None:
        """Nobody who has closed his side is written to."""

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        try:
            self.answer.end()
        except Garbled:
            self._lose("the connection was closed")
        self._fault = self._fault or WireLost("the connection was closed")
        self._wake()
        self._disarm()
        self._closed(self)

    def _lose(self, text: str) -> None:
        self._fault = WireLost(text, unanswered=not self.answer.status)
        self._wake(self._fault)


def nothing_asked() -> AnswerReader:
    """Stands for the answer before the first request of a connection."""
    reader = AnswerReader()
    reader.complete = reader.keeps = True
    return reader


class Wires:
    """Connections by place; those that are not in use wait for `keep_s`, at most `most_idle` to a place."""

    def __init__(self, *, keep_s: float, security: Callable[[], ssl.SSLContext], most_idle: int = 100) -> None:
        self._keep_s = keep_s
        self._most_idle = most_idle
        self._make_security = security
        self._security: ssl.SSLContext | None = None
        self._idle: dict[Place, deque[Wire]] = {}

    async def ask(
        self,
        place: Place,
        request: bytes,
        *,
        bodiless: bool = False,
        connect_s: float | None = None,
        head_s: float | None = None,
    ) -> Wire:
        """Send a request; the connection, as soon as the head of the answer is there. Raises WireLost, TimeoutError.

        A kept connection may end while the request is under way to it; then nobody has answered, and another one is
        asked.
        """
        if (kept := self._take(place)) is not None:
            try:
                return await self._exchange(kept, request, bodiless=bodiless, head_s=head_s)
            except WireLost as lost:
                if not lost.unanswered:
                    raise
        wire = await self.connect(place, connect_s=connect_s)
        return await self._exchange(wire, request, bodiless=bodiless, head_s=head_s)

    async def _exchange(self, wire: Wire, request: bytes, *, bodiless: bool, head_s: float | None) -> Wire:
        wire.ask(request, bodiless=bodiless)
        try:
            await wire.head(head_s)
        except BaseException:
            wire.drop()
            raise
        return wire

    async def connect(self, place: Place, *, connect_s: float | None) -> Wire:
        """A new connection. Raises WireLost, TimeoutError."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(connect_s):
                _, wire = await loop.create_connection(
                    lambda: Wire(place, self._forget),
                    place.host,
                    place.port,
                    ssl=self._secured() if place.secure else None,
                )
        except TimeoutError:
            raise
        except OSError as error:
            raise WireLost(f"no connection: {type(error).__name__}") from error
        return wire

    def release(self, wire: Wire) -> None:
        """The answer has been read as far as somebody wants it: keep the connection, or close it."""
        idle = self._idle.setdefault(wire.place, deque())
        if not (wire.usable and wire.answer.complete and wire.answer.keeps) or len(idle) >= self._most_idle:
            wire.drop()
            return
        wire.idle = asyncio.get_running_loop().call_later(self._keep_s, partial(self._expire, wire))
        idle.append(wire)

    def _take(self, place: Place) -> Wire | None:
        """The one that was used last: the others may expire."""
        idle = self._idle.get(place)
        while idle:
            wire = idle.pop()
            if wire.idle is not None:
                wire.idle.cancel()
                wire.idle = None
            if wire.usable:
                return wire
        return None

    def _expire(self, wire: Wire) -> None:
        self._forget(wire)
        wire.drop()

    def _forget(self, wire: Wire) -> None:
        idle = self._idle.get(wire.place, ())
        if wire.idle is not None and wire in idle:
            wire.idle.cancel()
            wire.idle = None
            self._idle[wire.place].remove(wire)

    def _secured(self) -> ssl.SSLContext:
        if self._security is None:
            self._security = self._make_security()
            self._security.set_alpn_protocols(["http/1.1"])
        return self._security

    def close(self) -> None:
        """Connections that are in use end with their answers."""
        for wires in self._idle.values():
            for wire in list(wires):
                self._expire(wire)


def request_bytes(method: str, target: bytes, *, headers: Iterable[tuple[bytes, bytes]], body: bytes) -> bytes:
    """A request as it is sent. Raises ValueError for what would be read as something else than a field."""
    lines = [b"%s %s HTTP/1.1" % (method.encode(), target), *(b"%s: %s" % field for field in headers)]
    if any(b"\r" in line or b"\n" in line or b"\0" in line for line in lines):
        raise ValueError("a header field is not one line")
    return b"\r\n".join((*lines, b"", body))


def is_proxied(url: str) -> bool:
    """Whether this machine's settings want requests to go through somebody else."""
    scheme, _, rest = url.partition("://")
    host = rest.partition("/")[0]
    proxies = getproxies()
    return bool(proxies.get(scheme) or proxies.get("all")) and not proxy_bypass(host)
