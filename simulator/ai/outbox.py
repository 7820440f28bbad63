"""What a provider's socket sends, in order and not before its time."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
from aiohttp import web

from simulator.faults import Fault
from simulator.sockets import Socket, hand_over
from simulator.world import World

_BOUND: Final = 2000
_SEND_TIMEOUT_S: Final = 10.0
_FINEST_S: Final = 0.0005
"""Timers are no finer than a millisecond: what is due within half of it goes out now."""
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


@dataclass(slots=True, kw_only=True)
class _Item:
    due: float
    what: Sendable
    sent: Callable[[float], None] | None


class Outbox:
    """Messages of one socket. A client that lets the bound be reached does not read: its connection is cut."""

    def __init__(self, socket: Socket, *, clock: Clock) -> None:
        self._socket = socket
        self._now = clock
        self._items: deque[_Item] = deque()
        self._last_due = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._patience: asyncio.TimerHandle | None = None
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
        if len(self._items) >= _BOUND:
            self.cut()
            return
        self._items.append(_Item(due=self._last_due, what=what, sent=sent))
        if self._timer is None:
            self.pump()

    def pump(self) -> None:
        """Send what is due, and come again when something will be; nothing before the socket is open."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while self._items and self._socket.usable and not self._socket.choked:
            wait_s = self._items[0].due - self._now()
            if wait_s > _FINEST_S:
                self._timer = asyncio.get_running_loop().call_later(wait_s, self.pump)
                return
            self._deliver(self._items.popleft())

    def choked(self, choked: bool) -> None:
        """The client does not read, or reads again."""
        if self._patience is not None:
            self._patience.cancel()
        self._patience = asyncio.get_running_loop().call_later(_SEND_TIMEOUT_S, self.cut) if choked else None
        if not choked:
            self.pump()

    def end(self) -> None:
        """The connection is gone."""
        self._items.clear()
        for timer in (self._timer, self._patience):
            if timer is not None:
                timer.cancel()

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
        self._socket.abort()

    def _deliver(self, item: _Item) -> None:
        if self.dead:
            return
        match item.what:
            case Closing(code, reason):
                if code:
                    self._socket.close(code, reason)
                else:
                    self.cut()
            case str() | bytes():
                self._socket.send(item.what)
            case _:
                self._socket.send_text(orjson.dumps(item.what))
        if item.sent is not None:
            item.sent(self._now())


class ProviderSocket(Socket):
    """A provider's end of a websocket: what it sends goes through its outbox."""

    def __init__(self, *, clock: Clock) -> None:
        super().__init__()
        self.outbox = Outbox(self, clock=clock)

    def opened(self) -> None:
        self.outbox.pump()

    def filled(self, choked: bool) -> None:
        self.outbox.choked(choked)

    async def serve(
        self, request: web.Request, *side: Coroutine[Any, Any, None], headers: Mapping[str, str] | None = None
    ) -> web.StreamResponse:
        """Take the connection over (it was checked) until it ends; whatever runs beside it ends with it."""
        async with asyncio.TaskGroup() as group:
            others = [group.create_task(one) for one in side]
            response = await hand_over(request, self, headers=headers or {})
            self.outbox.end()
            for task in others:
                task.cancel()
        return response


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
        if self._faults.none:
            return
        for fault in self._faults.take_all(self._live):
            self.strike(fault, after_s=0.0)

    def close(self) -> None:
        for timer in self._timers:
            timer.cancel()
