"""Bringing the schema to the newest revision at start."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, inspect, text

from control_plane.adapters.store.database import Database

if TYPE_CHECKING:
    from alembic.config import Config

NEWEST: Final = "0015"
"""The last revision in `migrations/versions`; a test compares. Written down here, so that a start with nothing to do
need not import Alembic."""


class UnknownSchema(Exception):
    """The database is at a revision that this program does not know: a newer program has upgraded it."""


async def migrate(database: Database) -> None:
    """Upgrade in one transaction, under a lock: any number of processes may start at once.

    Raises UnknownSchema, StoreUnavailable.
    """
    if await database.read(stored_revision) != NEWEST:
        await database.alone(_upgrade)


def stored_revision(connection: Connection) -> str:
    """Empty for a database that was never migrated."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.util import CommandError

    try:
        command.upgrade(alembic_config(connection), "head")
    except CommandError as error:
        raise UnknownSchema(f"schema revision {stored_revision(connection)} is unknown here") from error


def alembic_config(connection: Connection) -> "Config":
    """Alembic's settings for an open connection, with the scripts that lie beside this module."""
    from alembic.config import Config

    config = Config()
    scripts = Path(__file__).with_name("migrations")
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
