"""The database is told how many rows there are, so that it chooses the right index."""

import pytest
from sqlalchemy import Connection, insert, text

from control_plane.adapters.store import statistics
from control_plane.adapters.store.database import Database
from control_plane.adapters.store.rows import row_of
from control_plane.adapters.store.statistics import WORDS, erase_words, look_over
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


def _pieces(connection: Connection, table: str) -> bytes:
    return b"".join(connection.exec_driver_sql(f"SELECT block FROM {table}_data").scalars())


def _words(number: int) -> str:
    return f"zqx{number:05} {'ab' * (number % 50)} {'wyv' if number == 899 else ''}"


def _write_words(connection: Connection, table: str, numbers: range) -> None:
    for number in numbers:
        words = _words(number)
        if table == "row_words":
            connection.execute(text("INSERT INTO row_words (rowid, words) VALUES (:n, :w)"), {"n": number, "w": words})
        else:
            given = {"n": number, "w": words}
            connection.execute(
                text("INSERT INTO call_words (rowid, tenant, said, who) VALUES (:n, 'a', :w, '')"), given
            )


def _take_words(connection: Connection, table: str, numbers: range) -> None:
    for number in numbers:
        given = {"n": number, "w": _words(number)}
        if table == "row_words":
            take = "INSERT INTO row_words (row_words, rowid, words) VALUES ('delete', :n, :w)"
            connection.execute(text(take), given)
        else:
            connection.execute(text("DELETE FROM call_words WHERE rowid = :n"), {"n": number})


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize("table", WORDS)
async def test_words_of_rows_that_are_gone_do_not_stay_in_the_index(
    database: Database, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    monkeypatch.setattr(statistics, "PAGES", 2)
    for start in range(0, 900, 300):
        await database.write(lambda connection, start=start: _write_words(connection, table, range(start, start + 300)))  # type: ignore[misc]
    await database.write(lambda connection: _take_words(connection, table, range(1, 900)))
    assert b"wyv" in await database.read(lambda connection: _pieces(connection, table))
    assert await erase_words(database) == len(WORDS)
    left = await database.read(lambda connection: _pieces(connection, table))
    assert b"wyv" not in left
    assert len(left) < 1_000
    found = text(f"SELECT rowid FROM {table} WHERE {table} MATCH :word")
    word = '"zqx"' if table == "row_words" else "zqx00000"
    assert await database.read(lambda connection: connection.execute(found, {"word": word}).scalars().all()) == [0]
    assert await erase_words(database) == len(WORDS), "it may be done as often as one likes"


@pytest.mark.parametrize("dialect", ["postgresql"])
async def test_a_server_sees_to_words_of_rows_that_are_gone_by_itself(database: Database) -> None:
    assert await erase_words(database) == 0
