"""Which database an address means."""

from pathlib import Path
from typing import Final

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from control_plane.adapters.store.database import Database

POOLER_PORTS: Final = frozenset({6432, 6543})
"""PgBouncer's own port, and Supabase's for transaction pooling."""

_FOREIGN_OPTIONS: Final = ("pgbouncer", "connection_limit", "pool_timeout", "schema")
"""Options of other clients' addresses (Supabase shows the one for Prisma) which libpq refuses to know."""

_UNREADABLE: Final = "DATABASE_URL is neither a path, sqlite:///path nor postgresql://user:password@host/name"


def open_database(address: str, *, timeout_s: float = 10.0) -> Database:
    """A database for an address; it connects when first used.

    A path, `sqlite:///relative.db`, `sqlite:////absolute.db`; `postgres://` or `postgresql://`, as Supabase shows them.
    Raises ValueError, without the address, as that may hold a password.
    """
    url = _url(address.strip())
    backend = url.get_backend_name()
    if backend == "sqlite":
        from control_plane.adapters.store.sqlite import SqliteDatabase

        return SqliteDatabase(_path(url), timeout_s=timeout_s)
    if backend == "postgresql":
        from control_plane.adapters.store.postgres import PostgresDatabase

        return PostgresDatabase(postgres_url(url), pooled=is_pooled(url), timeout_s=timeout_s)
    raise ValueError(_UNREADABLE)


def postgres_url(url: URL) -> URL:
    """The same database through psycopg."""
    return url.set(drivername="postgresql+psycopg").difference_update_query(_FOREIGN_OPTIONS)


def is_pooled(url: URL) -> bool:
    """Whether the address says that a transaction pooler answers."""
    return url.port in POOLER_PORTS or url.query.get("pgbouncer") == "true"


def _url(address: str) -> URL:
    if not address:
        raise ValueError("DATABASE_URL is empty")
    if "://" not in address:
        return URL.create("sqlite", database=address)
    scheme, _, rest = address.partition("://")
    if scheme == "postgres":
        scheme = "postgresql"
    try:
        return make_url(f"{scheme}://{rest}")
    except (ArgumentError, ValueError):
        raise ValueError(_UNREADABLE) from None


def _path(url: URL) -> Path:
    name = url.database or ":memory:"
    if name == ":memory:" or name.startswith("file:"):
        raise ValueError("DATABASE_URL has to name a file: a database in memory would be forgotten at every restart")
    return Path(name).expanduser()
