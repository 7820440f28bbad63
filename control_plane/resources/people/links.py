"""Links that are good once: to set an installation up, to accept an invitation, to choose a new password."""

from dataclasses import dataclass
from typing import Any, Final, cast

from sqlalchemy import CursorResult, update
from sqlalchemy.orm import Session

from control_plane.core.refusals import Refused
from control_plane.ports.tenancy import now
from control_plane.resources.people.tables import OneTimeLink

HOURS: Final = {"setup": 24, "invite": 7 * 24, "reset": 1}
"""How long each kind is good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLink:
    """A link that is to be made; `hash` of the token that goes to its holder."""

    kind: str
    hash: str
    tenant_id: str
    user_id: str = ""
    hours: float = 0
    """0: those of its kind."""


def make(session: Session, link: NewLink) -> float:
    """When it runs out. Earlier ones of the same kind for the same user are good no more."""
    at = now(session)
    if link.user_id:
        cancel(session, link.user_id, kind=link.kind)
    expires_at = at + 3600.0 * (link.hours or HOURS[link.kind])
    session.add(
        OneTimeLink(
            hash=link.hash,
            tenant_id=link.tenant_id,
            kind=link.kind,
            user_id=link.user_id,
            created_at=at,
            expires_at=expires_at,
            used_at=None,
        )
    )
    session.flush()
    return expires_at


def find(session: Session, token_hash: str) -> OneTimeLink | None:
    """None when it is good no more."""
    link = session.get(OneTimeLink, token_hash)
    good = link is not None and link.used_at is None and link.expires_at > now(session)
    return link if good else None


def redeem(session: Session, token_hash: str, *, kind: str) -> str:
    """Use it up; the id of the user it is for. Of several at once one gets it. Raises Refused(`bad_link`)."""
    at = now(session)
    mine = update(OneTimeLink).where(
        OneTimeLink.hash == token_hash,
        OneTimeLink.kind == kind,
        OneTimeLink.used_at.is_(None),
        OneTimeLink.expires_at > at,
    )
    done = session.execute(mine.values(used_at=at), execution_options={"summed_up": True})
    if not cast("CursorResult[Any]", done).rowcount:
        raise Refused("bad_link", "It was used, has run out, or a newer one has taken its place. Ask for a new one.")
    return session.get_one(OneTimeLink, token_hash).user_id


def cancel(session: Session, user_id: str, *, kind: str) -> None:
    """Those of the user that were not used are good no more."""
    theirs = update(OneTimeLink).where(
        OneTimeLink.user_id == user_id, OneTimeLink.kind == kind, OneTimeLink.used_at.is_(None)
    )
    session.execute(theirs.values(used_at=now(session)), execution_options={"summed_up": True})
