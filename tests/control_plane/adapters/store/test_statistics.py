"""The database is told how many rows there are, so that it chooses the right index."""

from sqlalchemy import insert, text

from control_plane.adapters.store.database import Database
from control_plane.adapters.store.rows import row_of
from control_plane.adapters.store.statistics import look_over
from control_plane.adapters.store.tables import calls
from tests.records import call_record


async def test_a_file_is_looked_over_as_often_as_one_likes(database: Database) -> None:
    await database.write(lambda connection: connection.execute(insert(calls), row_of(call_record())).rowcount)
    first, second = await look_over(database), await look_over(database)
    assert first == second
    if database.dialect == "postgresql":
        assert first == 0  # it looks by itself
        return
    known = text("SELECT count(*) FROM sqlite_stat1 WHERE tbl = 'calls'")
    assert await database.read(lambda connection: connection.execute(known).scalar_one()) > 0
