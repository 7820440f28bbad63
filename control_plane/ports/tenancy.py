"""The store of the business API: whose rows a transaction sees is decided here and nowhere else."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from sqlalchemy.orm import Session

from control_plane.core.people.principal import Principal

T = TypeVar("T")
Work = Callable[[Session], T]
"""A transaction as a function of a session. It may be run a second time when a connection turns out dead, so it has no
effect but on the session; what it answers is plain data, as rows end with their session."""


class TenantStore(Protocol):
    """Transactions of tenants. All methods raise StoreUnavailable and what the work raises.

    Within a session: every statement is an ORM statement (anything else is refused), sees the tenant's rows alone, and
    new rows get the tenant, an id and their stamps by themselves. `session.info["who"]` is the Principal and
    `session.info["now"]` the time in unix seconds.
    """

    async def read(self, who: Principal, work: Work[T]) -> T:
        """Run queries; they never keep those of live calls waiting."""
        ...

    async def look(self, who: Principal, work: Work[T]) -> T:
        """The same for what a call waits for, in a hurry: small questions only, beside those of people."""
        ...

    async def look_across(self, work: Work[T]) -> T:
        """The same over all tenants' rows, where the call is what tells the tenant."""
        ...

    async def write(self, who: Principal, work: Work[T]) -> T:
        """Run one transaction; what it changes is noted in the audit log within it.

        Raises Refused(`conflict`) when a constraint is broken, Refused(`changed_meanwhile`) when somebody else changed
        a row in between.
        """
        ...

    async def across(self, work: Work[T]) -> T:
        """Run one transaction over all tenants' rows: for sign-in, where the tenant is not known yet, and for sweeps.
        Rows must be given their tenant; nothing is noted by itself."""
        ...


def who(session: Session) -> Principal:
    """For whom the session works."""
    found: Principal = session.info["who"]
    return found


def now(session: Session) -> float:
    """When the transaction began, unix seconds."""
    found: float = session.info["now"]
    return found
