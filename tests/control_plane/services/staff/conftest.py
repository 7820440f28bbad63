"""People in a database, SQLite and PostgreSQL."""

from tests.control_plane.adapters.store.conftest import (
    address,
    database,
    dialect,
    migrated_file,
    migrated_template,
    postgres,
)

__all__ = ["address", "database", "dialect", "migrated_file", "migrated_template", "postgres"]
