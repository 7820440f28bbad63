"""Wrong passwords by address, known or not: counted in the same way, so that neither answer nor time tells."""

from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from control_plane.core.people.lockout import Failures, attempted, taken_back
from control_plane.ports.tenancy import now
from control_plane.resources.people.tables import LoginFailures

NOTHING: Final = {"count": 0, "first_at": 0.0, "locked_until": 0.0}


def attempt(session: Session, email_hash: str) -> float:
    """Count an attempt before it is looked at; how long to wait when it may not be looked at, in seconds."""
    row = _row(session, email_hash)
    before = Failures(row.count, row.first_at, row.locked_until)
    if wait_s := before.wait_s(now(session)):
        return wait_s
    _keep(row, attempted(before, now=now(session)))
    return 0.0


def take_back(session: Session, email_hash: str) -> None:
    """The last attempt was no failure."""
    row = _row(session, email_hash)
    _keep(row, taken_back(Failures(row.count, row.first_at, row.locked_until)))


def forget(session: Session, email_hash: str) -> None:
    session.execute(delete(LoginFailures).where(LoginFailures.email_hash == email_hash))


def _row(session: Session, email_hash: str) -> LoginFailures:
    """Locked until the end of the transaction, where the database has locks of rows."""
    row = {"email_hash": email_hash, **NOTHING}
    if session.get_bind().dialect.name == "postgresql":
        session.execute(postgresql_insert(LoginFailures).values(row).on_conflict_do_nothing())
    else:
        session.execute(sqlite_insert(LoginFailures).values(row).on_conflict_do_nothing())
    wanted = select(LoginFailures).where(LoginFailures.email_hash == email_hash).with_for_update()
    return session.scalars(wanted).one()


def _keep(row: LoginFailures, failures: Failures) -> None:
    row.count, row.first_at, row.locked_until = failures.count, failures.first_at, failures.locked_until
