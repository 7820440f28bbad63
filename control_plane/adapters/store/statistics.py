"""What a database on file is told to see to at night: how many rows there are, by which it chooses the index, and that
no words of rows that are gone stay in it. PostgreSQL sees to both by itself."""

from functools import partial
from typing import Final

from sqlalchemy import Connection

from control_plane.adapters.store.database import Database

LOOKED_AT: Final = 1_000
"""Entries of each index, so that it is a matter of milliseconds however many there are."""

WORDS: Final = ("call_words", "row_words")
"""Indices that only note what is taken from them, until their parts are merged."""

PAGES: Final = 500
"""Merged in one transaction, so that no other waits for long."""


async def look_over(database: Database) -> int:
    """How many indices were looked at. Raises StoreUnavailable."""
    return await database.write(_analyse) if database.dialect == "sqlite" else 0


async def erase_words(database: Database) -> int:
    """How many indices of words hold no more than those of rows that are there. Raises StoreUnavailable."""
    if database.dialect != "sqlite":
        return 0
    for table in WORDS:
        pages = -PAGES  # takes up all of it; what follows goes on with that
        while await database.write(partial(_merged, table=table, pages=pages)):
            pages = PAGES
    return len(WORDS)


def _merged(connection: Connection, *, table: str, pages: int) -> bool:
    """Whether there was something to do. One that has nothing to do changes one row at most, its own statement's."""
    changes = "SELECT total_changes()"
    before = connection.exec_driver_sql(changes).scalar_one()
    connection.exec_driver_sql(f"INSERT INTO {table} ({table}, rank) VALUES ('merge', {pages})")  # noqa: S608 - ours
    return int(connection.exec_driver_sql(changes).scalar_one()) - int(before) > 1


def _analyse(connection: Connection) -> int:
    connection.exec_driver_sql(f"PRAGMA analysis_limit = {LOOKED_AT}")
    connection.exec_driver_sql("ANALYZE")
    return int(connection.exec_driver_sql("SELECT count(*) FROM sqlite_stat1").scalar_one())
