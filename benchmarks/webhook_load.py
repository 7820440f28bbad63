"""The command `python -m benchmarks.webhook_load`: sends signed webhooks at a steady rate over kept connections.

A process of its own, so that what sending costs is neither the gateway's nor that of whoever looks on. Everything is
made and signed before the first is sent. Prints one line of JSON.
"""

import argparse
import asyncio
import base64
import json
import sys
import time
from collections.abc import Sequence
from typing import Any, Final
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from simulator.settings import Keys

KIND: Final = "call.cost"
"""Verified and stored like any other, but it starts nothing."""
PATIENCE_S: Final = 10.0
"""For one answer."""


def body(kind: str = KIND, *, control_id: str = "") -> bytes:
    """A webhook as the carrier writes it, with an id of its own."""
    payload = {
        "call_control_id": control_id or f"v3:{uuid4()}",
        "call_leg_id": str(uuid4()),
        "call_session_id": str(uuid4()),
        "connection_id": Keys().telnyx_connection_id,
        "billed_duration_secs": 60,
        "total_cost": "0.004",
        "digit": "5",
    }
    data = {
        "record_type": "event",
        "event_type": kind,
        "id": str(uuid4()),
        "occurred_at": "2026-01-01T00:00:00.000000Z",
        "payload": payload,
    }
    return json.dumps({"data": data, "meta": {"attempt": 1}}).encode()


def signature(key: Ed25519PrivateKey, content: bytes) -> dict[str, str]:
    """The headers that prove a body to be the carrier's."""
    sent = str(int(time.time()))
    signed = base64.b64encode(key.sign(f"{sent}|".encode() + content)).decode()
    return {"Telnyx-Signature-Ed25519": signed, "Telnyx-Timestamp": sent}


def signing_key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(Keys().signing_seed))


def request(content: bytes, key: Ed25519PrivateKey) -> bytes:
    """As Nginx passes it on."""
    head = {
        "Host": "gateway.example",
        "X-Real-IP": "203.0.113.7",
        "X-Forwarded-For": "203.0.113.7",
        "X-Forwarded-Proto": "https",
        "Content-Length": str(len(content)),
        "Content-Type": "application/json",
        "User-Agent": "telnyx-webhooks",
        **signature(key, content),
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    return f"POST /webhook/telnyx HTTP/1.1\r\n{lines}\r\n".encode() + content


class Line(asyncio.Protocol):
    """One kept connection with at most one request on it."""

    def __init__(self) -> None:
        self._came = bytearray()
        self._answer: asyncio.Future[bytes] | None = None
        self._transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._came += data
        head, end, rest = bytes(self._came).partition(b"\r\n\r\n")
        if end and len(rest) >= _length(head):
            self._came.clear()
            self._done(head[9:12])

    def connection_lost(self, error: Exception | None) -> None:
        self._done(b"")

    async def ask(self, content: bytes) -> bytes:
        """The status of the answer; empty when there was none."""
        if self._transport.is_closing():
            return b""
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(content)
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await self._answer
        except TimeoutError:
            self._transport.abort()
            return b""

    def _done(self, status: bytes) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(status)


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line[15:])
    return 0


async def send(port: int, requests: Sequence[bytes], *, rate: float, lanes: int) -> dict[str, Any]:
    """Each at its time, whether or not those before are answered; one that finds no free connection waits, and the
    waiting counts."""
    loop = asyncio.get_running_loop()
    free: asyncio.Queue[Line] = asyncio.Queue()
    for _ in range(lanes):
        _, line = await loop.create_connection(Line, "127.0.0.1", port)
        free.put_nowait(line)
    took: list[float] = []
    answers: dict[str, int] = {}

    async def one(content: bytes, due: float) -> None:
        line = await free.get()
        status = await line.ask(content)
        took.append(time.perf_counter() - due)
        free.put_nowait(line)
        name = status.decode() or "none"
        answers[name] = answers.get(name, 0) + 1

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number, content in enumerate(requests):
            due = began + number / rate
            if (wait := due - time.perf_counter()) > 0:
                await asyncio.sleep(wait)
            group.create_task(one(content, due))
    seconds = time.perf_counter() - began
    return {"ms": [round(1000 * one, 2) for one in took], "answers": answers, "seconds": round(seconds, 3)}


def main() -> int:
    options = _options()
    key = signing_key()
    ids = options.control_ids.split(",") if options.control_ids else [""]
    count = int(options.rate * options.seconds)
    made = [request(body(options.kind, control_id=ids[number % len(ids)]), key) for number in range(count)]
    print("ready", flush=True)
    sys.stdin.readline()
    print(json.dumps(asyncio.run(send(options.port, made, rate=options.rate, lanes=options.lanes))), flush=True)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.webhook_load", description="Signed webhooks, steadily.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--rate", type=float, default=1000.0)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--lanes", type=int, default=32, help="connections")
    parser.add_argument("--kind", default=KIND, help="what is reported")
    parser.add_argument(
        "--control-ids", default="", help="of which calls, with commas; otherwise of none that is known"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
