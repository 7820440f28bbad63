"""What a provider's socket sends, in order and not before its time."""

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web

from simulator.faults import Fault

_BOUND: Final = 2000
_SEND_TIMEOUT_S: Final = 10.0
Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Closing:
    """The last thing sent: the close frame."""

    code: int
    reason: str


Sendable = dict[str, Any] | str | Closing
"""A message to be written as JSON, a raw text, or the close frame."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    due: float
    what: Sendable
    sent: Callable[[float], None] | None


class Outbox:
    """Messages of one socket. A client that lets the bound be reached does not read: its connection is cut."""

    def __init__(self, socket: web.WebSocketResponse, transport: asyncio.Transport | None, *, clock: Clock) -> None:
        self._socket = socket
        self._transport = transport
        self._now = clock
        self._items: asyncio.Queue[_Item] = asyncio.Queue(maxsize=_BOUND)
        self._last_due = 0.0
        self.closing = False
        """Whether the close frame is among what was put; nothing after it is sent."""
        self.dead = False
        """A half-open connection: messages vanish, the connection stays."""

    def put(self, what: Sendable, *, delay_s: float = 0.0, sent: Callable[[float], None] | None = None) -> None:
        """Send after `delay_s`, but never before what was put earlier; `sent` gets the time at which it went out."""
        if self.closing:
            return
        self.closing = isinstance(what, Closing)
        self._last_due = max(self._last_due, self._now() + delay_s)
        try:
            self._items.put_nowait(_Item(due=self._last_due, what=what, sent=sent))
        except asyncio.QueueFull:
            self.cut()

    async def run(self) -> None:
        """Until the close frame is sent or the connection is gone."""
        while True:
            item = await self._items.get()
            if (wait := item.due - self._now()) > 0:
                await asyncio.sleep(wait)
            if self.dead:
                continue
            if isinstance(item.what, Closing):
                await self._socket.close(code=item.what.code, message=item.what.reason.encode()[:123])
                return
            if not await self._send(item.what, item.sent):
                return

    def cut(self) -> None:
        """Drop the connection without a close frame."""
        self.dead = True
        if self._transport is not None:
            self._transport.abort()

    async def _send(self, what: dict[str, Any] | str, sent: Callable[[float], None] | None) -> bool:
        text = what if isinstance(what, str) else json.dumps(what, ensure_ascii=False, separators=(",", ":"))
        try:
            async with asyncio.timeout(_SEND_TIMEOUT_S):
                await self._socket.send_str(text)
        except (ConnectionError, TimeoutError):
            self.cut()
            return False
        if sent is not None:
            sent(self._now())
        return True


async def serve(read: Coroutine[Any, Any, None], outbox: Outbox, *, side: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Run a socket: it lives as long as `read`; what was put before the close frame is still sent."""
    async with asyncio.TaskGroup() as group:
        sending = group.create_task(outbox.run())
        others = [group.create_task(one) for one in side]
        await read
        if outbox.closing and not outbox.dead:
            await asyncio.wait({sending}, timeout=_SEND_TIMEOUT_S)
        for task in (sending, *others):
            task.cancel()


async def after(fault: Fault, act: Callable[[], None]) -> None:
    """Do it `after_s` seconds (1 unless told) into the connection."""
    await asyncio.sleep(fault.number("after_s", 1.0))
    act()
