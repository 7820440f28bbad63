"""How Alembic reaches the database.

`store/migrate.py` hands over an open connection and commits itself. For writing a revision by hand:
`alembic -x url=sqlite:///draft.db revision --autogenerate -m "..."`.
"""

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection, create_engine

from control_plane.adapters.store import (
    alert_tables,
    analytics_tables,
    callback_tables,
    ear_tables,
    node_tables,
    run_tables,
)
from control_plane.ports.tables import Base, Words

TABLES = (alert_tables, analytics_tables, callback_tables, ear_tables, node_tables, run_tables)
"""Importing them makes their tables part of `Base.metadata`."""


def _render(kind: str, item: Any, *_: Any) -> str | Literal[False]:
    """A revision does not import the program: the schema of today has to be built by the program of tomorrow."""
    return "sa.Text()" if kind == "type" and isinstance(item, Words) else False


def _run(connection: Connection) -> None:
    # SQLite alters a table by replacing it, hence batches. The transaction is the caller's.
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True, render_item=_render)
    context.run_migrations()


if given := context.config.attributes.get("connection"):
    _run(given)
else:
    with create_engine(context.get_x_argument(as_dictionary=True)["url"]).begin() as opened:
        _run(opened)
