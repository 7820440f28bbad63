"""What of signing in is forgotten when its time has come."""

from typing import Any, Final, cast

from sqlalchemy import CursorResult, delete, or_
from sqlalchemy.orm import Session

from control_plane.ports.tenancy import now
from control_plane.resources.people.tables import LoginFailures, OneTimeLink, RefreshToken, SessionFamily

DAY_S: Final = 86_400.0
ENDED_S: Final = 30 * DAY_S
"""Sign-ins that ended are listed for so long."""
LINKS_S: Final = 7 * DAY_S
FAILURES_S: Final = DAY_S


def sweep(session: Session) -> int:
    """Remove what has run out, in a session over all tenants; how many rows."""
    at = now(session)
    # Tokens go first, by themselves: a family that is used for years keeps those of its last month.
    return sum(
        cast("CursorResult[Any]", session.execute(statement)).rowcount
        for statement in (
            delete(RefreshToken).where(RefreshToken.expires_at <= at),
            delete(SessionFamily).where(
                or_(SessionFamily.expires_at <= at - ENDED_S, SessionFamily.ended_at <= at - ENDED_S)
            ),
            delete(OneTimeLink).where(OneTimeLink.expires_at <= at - LINKS_S),
            delete(LoginFailures).where(
                LoginFailures.first_at <= at - FAILURES_S, LoginFailures.locked_until <= at - FAILURES_S
            ),
        )
    )
