"""The command `python -m benchmarks.webhooks`: how long the carrier waits until a webhook is acknowledged."""

import argparse
import asyncio
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from aiohttp import ClientSession, ClientTimeout

from benchmarks import machine, tables, webhook_load, webhook_stream
from benchmarks.stack import Plan, Stack
from simulator.stages import percentiles

WARM_UP: Final = 50
TIMEOUT_S: Final = 10.0


class Sender:
    """Signs and sends as the carrier does. `refused` counts what was not answered with 200."""

    def __init__(self, http: ClientSession, url: str) -> None:
        self._http = http
        self._url = url
        self._key = webhook_load.signing_key()
        self.refused = 0

    async def send(self) -> float:
        """One webhook; milliseconds until its answer had come."""
        content = webhook_load.body()
        headers = {"Content-Type": "application/json", **webhook_load.signature(self._key, content)}
        began = time.perf_counter()
        async with self._http.post(self._url, data=content, headers=headers) as response:
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
    with _database(options) as settings:
        plan = Plan(cores=cores, settings=settings, profile=options.profile)
        rows, refused = _stream(plan, options) if options.seconds else _ways(plan, options)
    print(tables.plain(rows), "\n\n", tables.markdown(rows), sep="")
    if refused:
        print(f"{refused} webhooks were not taken", file=sys.stderr)
    return 1 if refused else 0


@contextmanager
def _database(options: argparse.Namespace) -> Iterator[dict[str, str]]:
    """The settings for it."""
    if not options.postgres:
        yield {}
        return
    from tests.postgres import postgres_server

    with postgres_server() as server:
        yield {"DATABASE_URL": server.create("webhooks")}


def _stream(plan: Plan, options: argparse.Namespace) -> tuple[list[Sequence[str]], int]:
    stream = webhook_stream.Stream(
        rate=options.rate,
        seconds=options.seconds,
        calls=options.calls,
        lanes=options.lanes,
        kind=options.kind,
        own_port=options.own_port,
    )
    found = webhook_stream.measure(plan, stream)
    return list(webhook_stream.rows(found, stream)), found.sent - found.acknowledged


def _ways(plan: Plan, options: argparse.Namespace) -> tuple[list[Sequence[str]], int]:
    with Stack(plan) as stack:
        return asyncio.run(_measure(f"{stack.url}/webhook/telnyx", options))


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


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.webhooks", description="How soon webhooks are taken.")
    parser.add_argument("--count", type=int, default=500, help="webhooks in each way")
    parser.add_argument("--lanes", type=int, default=20, help="so many at a time")
    parser.add_argument("--rate", type=float, default=100.0, help="so many a second")
    parser.add_argument("--seconds", type=float, default=0.0, help="only at that rate, for so long, over --lanes")
    parser.add_argument("--calls", type=int, default=0, help="beside so many talking calls (with --seconds)")
    parser.add_argument("--kind", default=webhook_load.KIND, help="what is reported (with --seconds)")
    parser.add_argument("--own-port", action="store_true", help="to a port for webhooks alone (with --seconds)")
    parser.add_argument("--postgres", action="store_true", help="a PostgreSQL, without its waits for the disk")
    parser.add_argument("--profile", type=Path, metavar="FILE", help="sample where the time goes")
    parser.add_argument("--pin", type=int, default=0, metavar="CORE", help="the core of the gateway")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
