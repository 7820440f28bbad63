"""The command `python -m benchmarks.business`: how fast the business API answers over many rows.

Requests go through the real ASGI application, one after another, in this process: no network, no other load.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import urlencode

from sqlalchemy import Connection, text

from benchmarks import business_sign_in, machine, tables
from benchmarks.business_data import DAY_S, UNTIL, make_calls, make_facts, make_products, make_sums, make_turns
from benchmarks.business_lists import LISTS
from benchmarks.business_people import make_people
from control_plane.adapters.store.analytics import SqlAnalyticsStore
from control_plane.adapters.store.analytics_facts import facts_of
from control_plane.adapters.store.database import Database
from control_plane.adapters.store.engine import open_database
from control_plane.adapters.store.migrate import migrate
from control_plane.ports.analytics import COUNTS, LATENCIES, FactsWanted
from simulator.stages import percentiles
from tests.gateways import Served, served
from tests.postgres import postgres_server

BUILD_S: Final = 900.0
COUNTED: Final = 1_000
YEAR: Final = {"from": str(UNTIL - 365 * DAY_S), "to": str(UNTIL)}
MONTH: Final = {"from": str(UNTIL - 30 * DAY_S), "to": str(UNTIL)}

ANALYTICS: Final = (
    ("summary, month", "summary", MONTH),
    ("summary, year", "summary", YEAR),
    ("summary, year, one bot", "summary", {**YEAR, "bot_id": "maria"}),
    ("calls by day, month", "series", MONTH),
    ("calls by day, year", "series", YEAR),
    ("calls by hour, month", "series", {**MONTH, "interval": "hour"}),
    ("p95 by day, year", "series", {**YEAR, "metric": "latency_p95"}),
    ("p95 by month, year", "series", {**YEAR, "metric": "latency_p95", "interval": "month"}),
    ("p95 by day, year, Kathmandu", "series", {**YEAR, "metric": "latency_p95", "zone": "Asia/Kathmandu"}),
    ("funnel, year", "funnel", YEAR),
    ("by bot, year", "by", {**YEAR, "dimension": "bot"}),
    ("by cause, month", "by", {**MONTH, "dimension": "cause"}),
    ("by hour, month", "by", {**MONTH, "dimension": "hour"}),
    ("by hour, year", "by", {**YEAR, "dimension": "hour"}),
)


def main() -> int:
    options = _options()
    print(machine.describe())
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="bench-")))
        server = stack.enter_context(postgres_server()) if "postgresql" in options.engines else None
        for engine in options.engines:
            for part in [options.only] if options.only else PARTS:
                where = _address(engine, folder, name=part.replace("-", "_"), server=server)
                asyncio.run(PARTS[part](where, folder, options=options))
    return 0


def _address(engine: str, folder: Path, *, name: str, server: object) -> str:
    return server.create(name) if engine == "postgresql" else f"sqlite:///{folder}/{name}.db"  # type: ignore[attr-defined]


async def _lists(address: str, folder: Path, *, options: argparse.Namespace) -> None:
    database = open_database(address, timeout_s=BUILD_S)
    await migrate(database)

    def build(connection: Connection) -> None:
        make_calls(connection, options.rows)
        make_turns(connection)
        make_products(connection, options.rows)
        make_people(connection, options.rows)
        make_sums(connection)
        some = text(
            "UPDATE calls SET counted = false WHERE id IN (SELECT id FROM calls ORDER BY created_at LIMIT :some)"
        )
        connection.execute(
            text("DELETE FROM call_sums WHERE call_id IN (SELECT id FROM calls ORDER BY created_at LIMIT :some)"),
            {"some": COUNTED},
        )
        connection.execute(some, {"some": COUNTED})

    await database.write(build)
    await _analyse(database)
    counted = await _count(database)
    print(f"\n{database.dialect}: {options.rows} calls with eight turns, as many products, contacts, orders; {counted}")
    await database.aclose()
    async with served(folder / database.dialect, address) as it:
        await _measure(it, [(name, path, query) for name, path, query in LISTS], times=options.times)


async def _count(database: Database) -> str:
    """What it costs to count some calls, twenty at a time as the gateway does."""
    store, done = SqlAnalyticsStore(database), 0
    began, worked = time.perf_counter(), time.process_time()
    while found := await store.count_ended(before=2e9, limit=20):
        done += found
    took, own = time.perf_counter() - began, time.process_time() - worked
    return f"{done} calls counted, each {took * 1000 / done:.2f} ms, {own * 1000 / done:.2f} of them this process"


async def _analytics(address: str, folder: Path, *, options: argparse.Namespace) -> None:
    database = open_database(address, timeout_s=BUILD_S)
    calls = options.calls if database.dialect == "postgresql" else options.rows
    await migrate(database)
    await database.write(lambda connection: make_calls(connection, calls))
    await database.write(make_facts)
    await _analyse(database)
    if options.explain:
        await _explain(database)
    await database.aclose()
    print(f"\n{database.dialect}: analytics over {calls} calls of a year")
    async with served(folder / f"{database.dialect}-analytics", address) as it:
        # Answers are kept for some seconds: what is measured is one that is not.
        asked = [(name, f"/api/analytics/{what}", dict(query)) for name, what, query in ANALYTICS]
        await _measure(it, asked, times=options.times, forget=lambda: it.gateway.analytics._answers.clear())


async def _sign_in(address: str, folder: Path, *, options: argparse.Namespace) -> None:
    print(f"\n{address.partition(':')[0]}: sign-in")
    async with served(folder / f"{address.partition(':')[0]}-sign-in", address) as it:
        await business_sign_in.measure(it, times=options.times)


PARTS: Final = {"lists": _lists, "analytics": _analytics, "sign-in": _sign_in}


async def _analyse(database: Database) -> None:
    await database.write(lambda connection: connection.execute(text("ANALYZE")))


async def _explain(database: Database) -> None:
    ranges = [(UNTIL - 365 * DAY_S, UNTIL)]
    for step in (3600, 86_400):
        wanted = FactsWanted(tenant_id="default", step=step, ranges=ranges, columns=(*COUNTS, LATENCIES))
        query = facts_of(wanted, dialect=database.dialect)

        def explained(connection: Connection, query: object = query) -> str:
            compiled = query.compile(connection.engine, compile_kwargs={"literal_binds": True})  # type: ignore[attr-defined]
            word = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN (ANALYZE, BUFFERS)"
            rows = connection.exec_driver_sql(f"{word} {compiled}".replace("%", "%%")).all()
            return "\n".join("  " + " ".join(map(str, row)) for row in rows)

        print(f"\nfacts of a year by {step} s:\n{await database.read(explained)}")


async def _measure(it: Served, asked: Sequence[tuple[str, str, dict[str, str]]], *, times: int, forget=None) -> None:  # type: ignore[no-untyped-def]
    rows: list[Sequence[str]] = [("request", "p50 ms", "p95 ms", "max ms", "own processor ms", "bytes")]
    for name, path, query in asked:
        took, size = [], 0
        worked = time.process_time()
        for _ in range(times):
            if forget:
                forget()
            began = time.perf_counter()
            answer = await it.get(f"{path}?{urlencode(query)}")
            body = await answer.get_data()
            took.append((time.perf_counter() - began) * 1000)
            size = len(body)
            if answer.status_code != 200:
                raise SystemExit(f"{name}: {answer.status_code} {body!r}")
        each = (time.process_time() - worked) * 1000 / times
        found = percentiles(took)
        rows.append((name, f"{found['p50']:.1f}", f"{found['p95']:.1f}", f"{max(took):.1f}", f"{each:.1f}", str(size)))
    print(tables.plain(rows), "\n\n", tables.markdown(rows), sep="", flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.business", description="How fast the business API is.")
    parser.add_argument("--engines", type=lambda value: value.split(","), default=["sqlite", "postgresql"])
    parser.add_argument("--rows", type=int, default=100_000, help="of the lists, and of SQLite's analytics")
    parser.add_argument("--calls", type=int, default=1_000_000, help="of PostgreSQL's analytics")
    parser.add_argument("--times", type=int, default=50, help="each request")
    parser.add_argument("--only", choices=list(PARTS), help="one of the parts")
    parser.add_argument("--explain", action="store_true", help="the plans of the queries behind analytics too")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
