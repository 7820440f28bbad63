"""What the database knows of how many rows there are, by which it chooses the index. PostgreSQL looks by itself."""

from typing import Final

from sqlalchemy import Connection

from control_plane.adapters.store.database import Database

LOOKED_AT: Final = 1_000
"""Entries of each index, so that it is a matter of milliseconds however many there are."""


async def look_over(database: Database) -> int:
    """How many indices were looked at. Raises StoreUnavailable."""
    return await database.write(_analyse) if database.dialect == "sqlite" else 0


def _analyse(connection: Connection) -> int:
    connection.exec_driver_sql(f"PRAGMA analysis_limit = {LOOKED_AT}")
    connection.exec_driver_sql("ANALYZE")
    return int(connection.exec_driver_sql("SELECT count(*) FROM sqlite_stat1").scalar_one())
