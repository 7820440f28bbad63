"""The command `python -m benchmarks.webhooks`: how long the carrier waits until a webhook is acknowledged."""

import argparse
import asyncio
import base64
import json
import sys
import time
from collections.abc import Sequence
from typing import Final
from uuid import uuid4

from aiohttp import ClientSession, ClientTimeout
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchmarks import machine, tables
from benchmarks.stack import Plan, Stack
from simulator.settings import Keys
from simulator.stages import percentiles

KIND: Final = "call.cost"
"""Verified, stored and marked as worked like any other, but it starts nothing."""
WARM_UP: Final = 50
TIMEOUT_S: Final = 10.0


class Sender:
    """Signs and sends as the carrier does. `refused` counts what was not answered with 200."""

    def __init__(self, http: ClientSession, url: str) -> None:
        self._http = http
        self._url = url
        self._key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(Keys().signing_seed))
        self.refused = 0

    async def send(self) -> float:
        """One webhook; milliseconds until its answer had come."""
        body = _body()
        sent = str(int(time.time()))
        signature = self._key.sign(f"{sent}|".encode() + body)
        headers = {
            "Content-Type": "application/json",
            "Telnyx-Signature-Ed25519": base64.b64encode(signature).decode(),
            "Telnyx-Timestamp": sent,
        }
        began = time.perf_counter()
        async with self._http.post(self._url, data=body, headers=headers) as response:
            await response.read()
        took = time.perf_counter() - began
        self.refused += response.status != 200
        return round(took * 1000, 2)

    async def one_by_one(self, count: int) -> list[float]:
        return [await self.send() for _ in range(count)]

    async def together(self, count: int, lanes: int) -> list[float]:
        """So many at any time, each lane sending the next when it has its answer."""
        async with asyncio.TaskGroup() as group:
            work = [group.create_task(self.one_by_one(count // lanes)) for _ in range(lanes)]
        return [took for lane in work for took in lane.result()]

    async def paced(self, count: int, rate: float) -> list[float]:
        """So many a second, whether or not those before are answered."""
        began = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            work = []
            for number in range(count):
                await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
                work.append(group.create_task(self.send()))
        return [one.result() for one in work]


def main() -> int:
    options = _options()
    cores = machine.divide(machine.available_cores(), options.pin)
    machine.settle(cores.others)
    with Stack(Plan(cores=cores)) as stack:
        rows, refused = asyncio.run(_measure(f"{stack.url}/webhook/telnyx", options))
    print(tables.plain(rows), "\n\n", tables.markdown(rows), sep="")
    if refused:
        print(f"{refused} webhooks were not taken", file=sys.stderr)
    return 1 if refused else 0


async def _measure(url: str, options: argparse.Namespace) -> tuple[list[Sequence[str]], int]:
    count, lanes, rate = options.count, options.lanes, options.rate
    rows: list[Sequence[str]] = [("webhooks", "ms p50", "p95", "p99", "max", "a second")]
    async with ClientSession(timeout=ClientTimeout(total=TIMEOUT_S)) as http:
        sender = Sender(http, url)
        await sender.one_by_one(WARM_UP)
        for name, work in (
            ("one after the other", sender.one_by_one(count)),
            (f"{lanes} at a time", sender.together(count, lanes)),
            (f"{rate:g} a second", sender.paced(count, rate)),
        ):
            began = time.perf_counter()
            took = await work
            seconds = time.perf_counter() - began
            found = percentiles(took)
            cells = (*(tables.number(found[p]) for p in ("p50", "p95", "p99")), tables.number(max(took)))
            rows.append((f"{len(took)}, {name}", *cells, f"{len(took) / seconds:.0f}"))
    return rows, sender.refused


def _body() -> bytes:
    payload = {
        "call_control_id": f"v3:{uuid4()}",
        "call_leg_id": str(uuid4()),
        "call_session_id": str(uuid4()),
        "connection_id": Keys().telnyx_connection_id,
        "billed_duration_secs": 60,
        "total_cost": "0.004",
    }
    data = {
        "record_type": "event",
        "event_type": KIND,
        "id": str(uuid4()),
        "occurred_at": "2026-01-01T00:00:00.000000Z",
        "payload": payload,
    }
    return json.dumps({"data": data, "meta": {"attempt": 1}}).encode()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.webhooks", description="How soon webhooks are taken.")
    parser.add_argument("--count", type=int, default=500, help="webhooks in each way")
    parser.add_argument("--lanes", type=int, default=20, help="so many at a time")
    parser.add_argument("--rate", type=float, default=100.0, help="so many a second")
    parser.add_argument("--pin", type=int, default=0, metavar="CORE", help="the core of the gateway")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
