"""What signing in costs, beside the one password that has to be compared for it."""

import statistics
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

from benchmarks import tables
from simulator.stages import percentiles
from tests.gateways import Served
from tests.people import ANA, PASSWORD, user

BEFORE: Final = 3
"""Are not counted: the first ones make what is kept."""
MOST: Final = 200
"""Addresses of clients that are made up."""

One = Callable[[int], Awaitable[Any]]


async def measure(it: Served, *, times: int) -> None:
    """In turns, so that whatever else the machine does meets all of them."""
    await user(it)
    hashed = await it.gateway.people.passwords.checked(PASSWORD, email=ANA, name="")
    passwords = it.gateway.people.parts.passwords

    def posted(email: Callable[[int], str], password: str, *, expected: int) -> One:
        async def one(turn: int) -> None:
            body = {"email": email(turn), "password": password, "mode": "token"}
            answer = await it.post("/api/auth/login", client=(f"198.51.100.{turn % MOST}", 1), json=body)
            if answer.status_code != expected:
                raise SystemExit(f"sign-in: {answer.status_code} {await answer.get_data(as_text=True)}")

        return one

    async def verified(_: int) -> None:
        await passwords.verify(PASSWORD, hashed)

    cases: dict[str, One] = {
        "Argon2 alone": verified,
        "sign-in": posted(lambda _: ANA, PASSWORD, expected=200),
        "sign-in, nobody": posted(lambda turn: f"nobody{turn}@clinica.example", PASSWORD, expected=401),
    }
    took: dict[str, list[float]] = {name: [] for name in cases}
    worked: dict[str, list[float]] = {name: [] for name in cases}
    for turn in range(times + BEFORE):
        for name, one in cases.items():
            began, before = time.perf_counter(), time.process_time()
            await one(turn)
            if turn >= BEFORE:
                took[name].append((time.perf_counter() - began) * 1000)
                worked[name].append((time.process_time() - before) * 1000)
    _tell(took, worked)


def _tell(took: dict[str, list[float]], worked: dict[str, list[float]]) -> None:
    rows = [("", "p50 ms", "p95 ms", "own processor ms (median)", "processor, times Argon2")]
    alone = statistics.median(worked["Argon2 alone"])
    for name, each in took.items():
        found, own = percentiles(each), statistics.median(worked[name])
        rows.append((name, f"{found['p50']:.1f}", f"{found['p95']:.1f}", f"{own:.1f}", f"{own / alone:.2f}"))
    print(tables.plain(rows), "\n\n", tables.markdown(rows), sep="", flush=True)
