"""What the stores need from a database: transactions as plain functions, and one language for what goes wrong.

A transaction is a function of a SQLAlchemy `Connection`. It runs as a whole where the engine runs it best (a thread for
SQLite, the event loop for PostgreSQL), so that statements of one transaction do not each pay for a change of thread.
It must have no effect but on the connection: it may be run a second time, when a pooled connection turns out dead or
when another one fails with which it shared a transaction.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, Protocol, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoFreeConnection

from control_plane.ports.stores import StoreUnavailable

ASKED_WRONGLY: Final = ("22", "42", "54")
"""Classes of PostgreSQL's states: data it cannot take, statements it cannot read, more than it has room for."""

T = TypeVar("T")
Work = Callable[[Connection], T]


class Conflict(Exception):
    """A transaction broke a constraint and was rolled back. It carries no text: the driver's would quote the row."""


class Database(Protocol):
    """A database with transactions. All methods raise StoreUnavailable, `write`, `together` and `alone` also
    Conflict.

    A transaction whose wait timed out or was cancelled may still be committed: what is stored must be recognised when
    it comes again.
    """

    dialect: str
    """`sqlite` or `postgresql`."""

    async def read(self, work: Work[T]) -> T:
        """Run queries, outside of any transaction."""
        ...

    async def look(self, work: Work[T]) -> T:
        """The same in a transaction, so that what is set for it ends with it."""
        ...

    async def query(self, work: Work[T]) -> T:
        """Run queries that may take long, in a transaction that changes nothing: on connections of their own, so that
        they never keep `read` and `write` waiting."""
        ...

    async def write(self, work: Work[T]) -> T:
        """Run one transaction."""
        ...

    async def together(self, work: Work[T]) -> T:
        """Run a little one that comes often; those that come at once may share a transaction (see `grouping`)."""
        ...

    async def alone(self, work: Work[T], *, timeout_s: float = 60.0) -> T:
        """Run one transaction that excludes every other `alone` of any process: for changes of the schema."""
        ...

    async def aclose(self) -> None: ...


@contextmanager
def translated() -> Iterator[None]:
    """Turn the driver's errors into ours, without their texts: these quote statements and values."""
    try:
        yield
    except IntegrityError:
        raise Conflict from None
    except (OperationalError, InterfaceError) as error:
        if _is_our_fault(error):
            raise
        raise StoreUnavailable(f"database: {driver_error(error)}") from None
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        raise StoreUnavailable(f"database: {driver_error(error)}") from None
    except (TimeoutError, NoFreeConnection):
        raise StoreUnavailable("database: no answer in time") from None


def _is_our_fault(error: DBAPIError) -> bool:
    """Some are operational errors to the driver too; to try again what was asked would not make it right."""
    state: str = getattr(error.orig, "sqlstate", None) or ""
    return state.startswith(ASKED_WRONGLY) or getattr(error.orig, "sqlite_errorname", "") == "SQLITE_ERROR"


def driver_error(error: DBAPIError) -> str:
    """Class and code of the driver's error (`OperationalError 57P01`, `OperationalError SQLITE_BUSY`)."""
    cause = error.orig
    code = getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", None)
    return f"{type(cause).__name__} {code}" if code else type(cause).__name__


def to_json(value: object) -> str:
    """Compact JSON in ASCII; any Mapping is an object. NaN is refused as PostgreSQL would refuse it."""
    return json.dumps(value, default=_mapping, separators=(",", ":"), allow_nan=False)


def _mapping(value: object) -> dict[str, Any]:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is not JSON")
