"""What an administrator grants by hand is what the migrations grant."""

import re
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from control_plane.adapters.store.database import Database
from control_plane.adapters.store.migrations.row_security import ROLE

GUIDE = Path(__file__).parents[4] / "docs" / "tenants.md"
GRANTED = """
SELECT table_name, privilege_type FROM information_schema.role_table_grants WHERE grantee = :role
UNION SELECT routine_name, 'EXECUTE' FROM information_schema.role_routine_grants WHERE grantee = :role
"""


def _granted(connection: Connection) -> set[tuple[str, str]]:
    return {(table, right) for table, right in connection.execute(text(GRANTED), {"role": ROLE})}


def _by_hand(connection: Connection) -> None:
    guide = GUIDE.read_text()
    for statement in re.findall(rf"^GRANT [^;]+ ON [^;]+ TO {ROLE};", guide, re.MULTILINE):
        connection.exec_driver_sql(statement)
    listing = re.search(r"^SELECT tablename [^;]+;", guide, re.MULTILINE)
    others = re.search(rf"`(GRANT [A-Z, ]+ ON) … (TO {ROLE})`", guide)
    assert listing
    assert others
    for table in connection.exec_driver_sql(listing[0]).scalars().all():
        connection.exec_driver_sql(f"{others[1]} {table} {others[2]}")


@pytest.mark.parametrize("dialect", ["postgresql"])
async def test_what_the_guide_grants_by_hand_is_what_the_migrations_grant(database: Database) -> None:
    def both(connection: Connection) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
        migrated = _granted(connection)
        for kind in ("TABLES", "ROUTINES"):
            connection.exec_driver_sql(f"REVOKE ALL ON ALL {kind} IN SCHEMA public FROM {ROLE}")
        assert _granted(connection) == set()
        _by_hand(connection)
        return migrated, _granted(connection)

    migrated, by_hand = await database.write(both)
    assert by_hand == migrated
    assert ("row_words_found", "EXECUTE") in migrated
    assert {right for table, right in migrated if table == "stock_moves"} == {"SELECT", "INSERT"}
