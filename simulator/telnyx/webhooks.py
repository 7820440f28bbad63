"""Signed webhooks to the gateway: envelope, signature, order, retries, and what can go wrong with them."""

import asyncio
import base64
import json
import time
from collections import deque
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from uuid import uuid4

import aiohttp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from simulator.faults import Fault
from simulator.telnyx.calls import Leg
from simulator.telnyx.wire import timestamp
from simulator.world import World

ATTEMPTS: Final = 3
_IN_ORDER_S: Final = 0.05
"""How long an event waits for the one before it; the carrier promises no order and does not wait for answers."""
_RETRIED: Final = frozenset({408, 429})
_STALE_S: Final = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One attempt. `status` is 0 when no answer came in time."""

    call: str
    event: str
    id: str
    attempt: int
    status: int
    at: float


class Webhooks:
    """Delivers events; the signing key comes from the settings."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(world.settings.keys.signing_seed))
        self.deliveries: deque[Delivery] = deque(maxlen=20_000)

    @property
    def public_key(self) -> str:
        """The raw 32 bytes in base64, as the carrier's portal shows it."""
        raw = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return base64.b64encode(raw).decode()

    def send(self, leg: Leg, event_type: str, **payload: Any) -> "asyncio.Task[None]":
        """Queue an event of a leg; the task is done when it was delivered, given up or lost."""
        data = {
            "record_type": "event",
            "event_type": event_type,
            "id": str(uuid4()),
            "occurred_at": timestamp(),
            "payload": {**leg.common(), **payload},
        }
        leg.delivery = self._world.tasks.start(self._deliver(leg, data, before=leg.delivery), f"webhook {event_type}")
        return leg.delivery

    async def _deliver(self, leg: Leg, data: dict[str, Any], *, before: "asyncio.Task[None] | None") -> None:
        if before is not None and not before.done():
            await asyncio.wait({before}, timeout=_IN_ORDER_S)
        await asyncio.sleep(self._world.delays.telnyx_webhook_s)
        fault = self._world.faults.take("telnyx.webhook", event=data["event_type"], call=leg.id)
        match fault.kind if fault else "":
            case "drop":
                return
            case "delay" | "reorder":
                assert fault is not None
                await asyncio.sleep(fault.number("seconds", 0.3))
            case "duplicate":
                assert fault is not None
                await self._attempt(leg, data, attempt=1, fault=fault)
                for attempt in range(2, 2 + int(fault.number("copies", 1))):
                    await self._attempt(leg, data, attempt=attempt, fault=fault)
                return
        await self._until_taken(leg, data, fault=fault)

    async def _until_taken(self, leg: Leg, data: dict[str, Any], *, fault: Fault | None) -> None:
        pause = self._world.delays.telnyx_webhook_retry_s
        for attempt in range(1, ATTEMPTS + 1):
            status = await self._attempt(leg, data, attempt=attempt, fault=fault if attempt == 1 else None)
            if not _try_again(status):
                return
            await asyncio.sleep(pause)
            pause *= 2

    async def _attempt(self, leg: Leg, data: dict[str, Any], *, attempt: int, fault: Fault | None) -> int:
        """The HTTP status, or 0."""
        body = json.dumps({"data": data, "meta": {"attempt": attempt, "delivered_to": leg.webhook_url}}).encode()
        at = self._world.now()
        try:
            async with self._world.http.post(
                leg.webhook_url,
                data=body,
                headers=self._headers(body, fault.kind if fault else ""),
                timeout=aiohttp.ClientTimeout(total=self._world.delays.telnyx_webhook_deadline_s),
                max_redirects=3,
            ) as response:
                await response.read()
                status = response.status
        except (aiohttp.ClientError, TimeoutError):
            status = 0
        self.deliveries.append(
            Delivery(call=leg.id, event=data["event_type"], id=data["id"], attempt=attempt, status=status, at=at)
        )
        return status

    def _headers(self, body: bytes, kind: str) -> dict[str, str]:
        sent = str(int(time.time()) - (_STALE_S if kind == "stale_timestamp" else 0))
        signature = self._key.sign(sent.encode() + b"|" + body)
        if kind == "bad_signature":
            signature = bytes([signature[0] ^ 1]) + signature[1:]
        return {
            "Content-Type": "application/json",
            "User-Agent": "telnyx-webhooks",
            "Telnyx-Signature-Ed25519": base64.b64encode(signature).decode(),
            "Telnyx-Timestamp": sent,
        }


def _try_again(status: int) -> bool:
    """No answer, 408, 429 and 5xx are repeated; other refusals are dropped for ever."""
    return status == 0 or status in _RETRIED or status >= HTTPStatus.INTERNAL_SERVER_ERROR
