"""What a provider's socket sends, in order and not before its time."""

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web

from simulator.faults import Fault
from simulator.world import World

_BOUND: Final = 2000
_SEND_TIMEOUT_S: Final = 10.0
Clock = Callable[[], float]

GARBAGE: Final = ('{"type":"Results","channel":', "[]", "null", "\x00\x07", "{", '""', "<html>", "7")
"""Texts that are no message of any provider."""


@dataclass(frozen=True, slots=True)
class Closing:
    """The last thing sent: the close frame; with code 0 the connection ends without one."""

    code: int
    reason: str


Sendable = dict[str, Any] | str | bytes | Closing
"""A message to be written as JSON, a raw text, binary data, or the close frame."""


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
            if isinstance(item.what, Closing) and not item.what.code:
                self.cut()
                return
            if isinstance(item.what, Closing):
                await self._socket.close(code=item.what.code, message=item.what.reason.encode()[:123])
                return
            if not await self._send(item.what, item.sent):
                return

    def suffer(self, fault: Fault) -> None:
        """A fault of the connection: `cut`, `stall` (only pongs are sent from now on), `garbage` {messages}."""
        match fault.kind:
            case "cut":
                self.cut()
            case "stall":
                self.dead = True
            case "garbage":
                for number in range(int(fault.number("messages", len(GARBAGE)))):
                    self.put(GARBAGE[number % len(GARBAGE)])

    def cut(self) -> None:
        """Drop the connection without a close frame."""
        self.dead = True
        if self._transport is not None:
            self._transport.abort()

    async def _send(self, what: dict[str, Any] | str | bytes, sent: Callable[[float], None] | None) -> bool:
        try:
            async with asyncio.timeout(_SEND_TIMEOUT_S):
                await self._write(what)
        except (ConnectionError, TimeoutError):
            self.cut()
            return False
        if sent is not None:
            sent(self._now())
        return True

    async def _write(self, what: dict[str, Any] | str | bytes) -> None:
        match what:
            case bytes():
                await self._socket.send_bytes(what)
            case str():
                await self._socket.send_str(what)
            case _:
                await self._socket.send_str(json.dumps(what, ensure_ascii=False, separators=(",", ":")))


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


class SocketFaults:
    """What happens to an open socket, by kind. `<provider>.stream` is looked at when it opens; `<provider>.live` at
    each message of the client, so that a fault can be armed in the middle of a call.
    """

    def __init__(self, world: World, provider: str, *, acts: Mapping[str, Callable[[Fault], None]]) -> None:
        self._faults = world.faults
        self._live = f"{provider}.live"
        self._acts = acts
        self._timers: list[asyncio.TimerHandle] = []

    def strike(self, fault: Fault, *, after_s: float) -> None:
        """Let it happen after `after_s` seconds, unless the fault itself says when."""
        act = self._acts.get(fault.kind)
        when = fault.number("after_s", after_s)
        if act is None:
            return
        if when > 0:
            self._timers.append(asyncio.get_running_loop().call_later(when, act, fault))
        else:
            act(fault)

    def look(self) -> None:
        """The client sent a message."""
        for fault in self._faults.take_all(self._live):
            self.strike(fault, after_s=0.0)

    def close(self) -> None:
        for timer in self._timers:
            timer.cancel()
