"""Facts in passing between processes, over Redis publish and subscribe.

A message is JSON: `{"v": 1, "from": <process>, "topic": …, "call_id": …, "body": {…}}`. It may hold what callers say:
the Redis must be private. Who was away has missed what was said.
"""

import asyncio
import secrets
from collections import deque
from collections.abc import Callable
from typing import Any, Final

import orjson

from control_plane.adapters.bus.memory import DEFAULT_BACKLOG, MemoryBus, Subscription
from control_plane.adapters.redis_link import FAULTS
from control_plane.ports.infrastructure import BusMessage

CHANNEL: Final = "centralita:bus"
VERSION: Final = 2
OUTBOX: Final = 2000
"""Messages that wait for Redis; then the oldest are lost."""
SEND_S: Final = 1.0
QUIET_S: Final = 5.0
"""After so much silence the subscription is asked whether it still stands; after as much again it is made anew."""
PAUSES_S: Final = (0.1, 0.5, 1.0, 2.0, 5.0)
BATCH: Final = 100

Count = Callable[[str], None]
"""Told of each message that was `sent`, `received`, `dropped` or `malformed`."""


class RedisBus:
    """The Bus port. Our own listeners hear a message at once and once, whether Redis is there or not; other processes
    hear it when `run` runs and Redis is there.
    """

    def __init__(self, connect: Callable[[], Any], *, count: Count = lambda _: None) -> None:
        """`connect` makes a client of Redis, which `run` closes."""
        self._connect = connect
        self._count = count
        self._local = MemoryBus(backlog=DEFAULT_BACKLOG)
        self._name = secrets.token_hex(8)
        self._outbox: deque[BusMessage] = deque(maxlen=OUTBOX)
        self._filled = asyncio.Event()
        self._failures = 0
        self.connected = asyncio.Event()
        """Set while messages of other processes come in."""

    @property
    def dropped(self) -> int:
        return self._local.dropped

    @property
    def subscribers(self) -> int:
        return self._local.subscribers

    def publish(self, message: BusMessage) -> None:
        self._local.publish(message)
        if len(self._outbox) == OUTBOX:
            self._count("dropped")
        self._outbox.append(message)
        self._filled.set()

    def subscribe(self) -> Subscription:
        return self._local.subscribe()

    async def run(self) -> None:
        """Until cancelled: connect, send and listen, connect again."""
        while True:
            client = self._connect()
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._send(client))
                    group.create_task(self._listen(client))
            except* FAULTS:
                pass
            finally:
                self.connected.clear()
                await _close(client)
            pause = PAUSES_S[min(self._failures, len(PAUSES_S) - 1)]
            self._failures += 1
            await asyncio.sleep(pause)

    async def _send(self, client: Any) -> None:
        while True:
            await self._filled.wait()
            self._filled.clear()
            while self._outbox:
                # Taken out before it is sent: after a failure nobody knows whether it got through, and twice is worse.
                messages = [self._outbox.popleft() for _ in range(min(BATCH, len(self._outbox)))]
                try:
                    await self._send_all(client, messages)
                except FAULTS:
                    self._lost(len(messages))
                    raise

    async def _send_all(self, client: Any, messages: list[BusMessage]) -> None:
        async with asyncio.timeout(SEND_S), client.pipeline(transaction=False) as together:
            for message in messages:
                if (wire := self._write(message)) is not None:
                    together.publish(CHANNEL, wire)
            await together.execute()
        for _ in messages:
            self._count("sent")

    def _lost(self, number: int) -> None:
        for _ in range(number):
            self._count("dropped")

    async def _listen(self, client: Any) -> None:
        async with client.pubsub() as subscription:
            async with asyncio.timeout(SEND_S):
                await subscription.subscribe(CHANNEL)
            silent = 0
            while silent < 2:
                message = await self._next(subscription)
                silent = 0 if message is not None else silent + 1
                self._take(message)
        raise TimeoutError

    async def _next(self, subscription: Any) -> Any:
        """What came within the time that a subscription may be quiet; else a ping is sent, whose answer comes next."""
        # The reading time of the library is the one that counts; this one is the net below it.
        async with asyncio.timeout(2 * QUIET_S):
            message = await subscription.get_message(timeout=QUIET_S)
        if message is None:
            async with asyncio.timeout(SEND_S):
                await subscription.ping()
        return message

    def _take(self, message: Any) -> None:
        match message:
            case {"type": "subscribe"}:
                self._failures = 0
                self.connected.set()
            case {"type": "message", "data": bytes() as data}:
                self._read(data)

    def _read(self, data: bytes) -> None:
        try:
            content = orjson.loads(data)
            version, sender = content["v"], content["from"]
            message = BusMessage(
                topic=content["topic"], call_id=content["call_id"], body=content["body"], tenant_id=content["tenant"]
            )
            sound = all(isinstance(text, str) for text in (message.topic, message.call_id, message.tenant_id))
        except (ValueError, KeyError, TypeError):
            self._count("malformed")
            return
        if version != VERSION or not sound or not isinstance(message.body, dict):
            self._count("malformed")
        elif sender != self._name:
            self._count("received")
            self._local.publish(message)

    def _write(self, message: BusMessage) -> bytes | None:
        about = {"topic": message.topic, "call_id": message.call_id, "tenant": message.tenant_id}
        content = {"v": VERSION, "from": self._name, **about}
        try:
            return orjson.dumps({**content, "body": dict(message.body)})
        except TypeError:
            self._count("malformed")
            return None


async def _close(client: Any) -> None:
    try:
        async with asyncio.timeout(SEND_S):
            await client.aclose(close_connection_pool=True)
    except FAULTS:
        return
