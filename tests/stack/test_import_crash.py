"""The gateway is killed in the middle of a large import: the next one takes it up, no contact twice and no row lost."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from tests.stack.running import Stack, eventually

pytestmark = pytest.mark.stack

ROWS: Final = 100_000
BAD: Final = ROWS // 100
GOOD: Final = ROWS - BAD
HALF: Final = ROWS // 2

PATIENCE_S: Final = 600.0
"""Many times what it takes where nothing else runs."""

COUNTED: Final = {
    "contacts": GOOD,
    "contact_numbers": GOOD,
    "list_members": GOOD,
    "import_faults": BAD,
}
"""Rows that each table has in the end."""


def people() -> bytes:
    """One row of a hundred has no number."""
    rows = [f"Persona {n},+57300{n:07},Mascota {n}" if n % 100 else f"Persona {n},nada," for n in range(ROWS)]
    return ("nombre,celular,mascota\n" + "\n".join(rows) + "\n").encode()


def asked(stack: Stack, path: str, **what: Any) -> Any:
    answer = httpx.post(stack.url + path, timeout=PATIENCE_S, **what)
    answer.raise_for_status()
    return answer.json()


def count(database: Path, wanted: str) -> int:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=60)) as connection:
        return int(connection.execute(f"SELECT count({wanted}").fetchone()[0])


def test_an_import_of_a_hundred_thousand_rows_outlives_a_kill_half_way(
    start: Callable[..., Stack], tmp_path: Path
) -> None:
    stack = start()
    listed = asked(stack, "/api/lists", json={"name": "Enero"})["id"]
    job = asked(stack, f"/api/imports?list_id={listed}", content=people(), headers={"content-type": "text/csv"})

    def far(rows: int) -> Callable[[], Any]:
        def look() -> Any:
            found = httpx.get(f"{stack.url}/api/imports/{job['id']}", timeout=PATIENCE_S).json()
            return found if found["done"] >= rows or found["state"] not in ("waiting", "running") else None

        return look

    at_half = eventually(far(HALF), within_s=PATIENCE_S, what="half of the import")
    stack.kill_gateway()
    assert (at_half["state"], at_half["done"] < ROWS) == ("running", True)
    [database] = tmp_path.glob("**/*.db")
    at_kill = count(database, "*) FROM contacts")
    assert at_half["created"] <= at_kill < GOOD

    stack.start_gateway()
    ended = eventually(far(ROWS + 1), within_s=PATIENCE_S, what="the end of the import")
    told = {name: ended[name] for name in ("state", "total", "done", "created", "updated", "skipped", "failed")}
    assert told == {
        "state": "done",
        "total": ROWS,
        "done": ROWS,
        "created": GOOD,
        "updated": 0,
        "skipped": 0,
        "failed": BAD,
    }
    assert {table: count(database, f"*) FROM {table}") for table in COUNTED} == COUNTED
    assert count(database, "DISTINCT e164) FROM contact_numbers") == GOOD
