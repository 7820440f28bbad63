"""SQLite files with the schema and nothing in it: migrated once a test run, then copied."""

import asyncio
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

from control_plane.adapters.store.engine import open_database
from control_plane.adapters.store.migrate import migrate


def empty_database(path: Path) -> str:
    """Make the file and answer its address."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_migrated())
    return f"sqlite:///{path}"


@cache
def _migrated() -> bytes:
    folder = Path(tempfile.mkdtemp())
    path = folder / "migrated.db"

    async def run() -> None:
        database = open_database(f"sqlite:///{path}")
        await migrate(database)
        await database.aclose()

    # In a thread of its own: whoever asks may be in an event loop.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, run()).result()
    content = path.read_bytes()
    shutil.rmtree(folder)
    return content
