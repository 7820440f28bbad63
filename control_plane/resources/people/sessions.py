"""How a sign-in goes on: families of refresh tokens.

A family is one chain. Each token is made from the one before by a keyed hash, so that whoever shows the same token
twice can only be given the same successor: a copy never grows a branch of its own. Who uses a token a second time ends
the family, as thief and owner cannot be told apart. For GRACE_S that is forgiven to the same browser while nobody has
used the successor: two pages that woke up together, or an answer that was lost on its way.
"""

from dataclasses import dataclass
from typing import Any, Final, Literal, cast

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from control_plane.ports.tables import new_id
from control_plane.ports.tenancy import now
from control_plane.resources.people import deeds
from control_plane.resources.people.tables import ACTIVE, RefreshToken, SessionFamily, User
from control_plane.resources.tenants import Tenant

GRACE_S: Final = 10.0
LONGEST_AGENT: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Who holds the tokens: from where, with which program."""

    address: str = ""
    user_agent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who is signed in, as the rows say it now."""

    user_id: str
    tenant_id: str
    tenant_name: str
    email: str
    name: str
    role: str
    language: str
    totp: bool
    recovery_codes_left: int
    family_id: str
    expires_at: float
    """Of the family, unless it is used before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A refresh token that is shown, and the one that would follow from it; hashes."""

    shown: str
    next: str
    client: Client
    session_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """What came of it: `fresh` and `again` have the person, `reused` has ended the family, `unknown` did nothing."""

    outcome: Literal["fresh", "again", "reused", "unknown"]
    person: Person | None = None
    family_id: str = ""


def begin(session: Session, user: User, *, token_hash: str, client: Client, session_s: float) -> Person:
    """A new family with its first token."""
    at = now(session)
    family = SessionFamily(
        id=new_id(at),
        tenant_id=user.tenant_id,
        user_id=user.id,
        created_at=at,
        used_at=at,
        expires_at=at + session_s,
        address=client.address,
        user_agent=client.user_agent[:LONGEST_AGENT],
        ended_at=None,
    )
    session.add(family)
    session.flush()
    session.add(RefreshToken(hash=token_hash, family_id=family.id, used_at=None, expires_at=family.expires_at))
    session.execute(update(User).where(User.id == user.id).values(last_login_at=at))
    return _person(family, user, tenant=session.get_one(Tenant, user.tenant_id))


def person_of(session: Session, family_id: str) -> Person | None:
    """Whose the family is, while it may be used at all."""
    family = session.get(SessionFamily, family_id)
    if family is None or family.ended_at is not None or family.expires_at <= now(session):
        return None
    user, tenant = session.get_one(User, family.user_id), session.get(Tenant, family.tenant_id)
    if user.status != ACTIVE or tenant is None or tenant.status != "active":
        return None
    return _person(family, user, tenant=tenant)


def turn(session: Session, asked: Turn) -> Turned:
    """Exchange a token for the next one, once however many ask."""
    at = now(session)
    token = session.get(RefreshToken, asked.shown)
    if token is None or token.expires_at <= at:
        return Turned(outcome="unknown")
    family_id = token.family_id
    if person_of(session, family_id) is None:
        return Turned(outcome="unknown", family_id=family_id)
    family = session.get_one(SessionFamily, family_id)
    mine = update(RefreshToken).where(RefreshToken.hash == asked.shown, RefreshToken.used_at.is_(None))
    if _changed(session, mine.values(used_at=at)):
        family.used_at, family.expires_at = at, at + asked.session_s
        family.address = asked.client.address
        session.add(RefreshToken(hash=asked.next, family_id=family_id, used_at=None, expires_at=family.expires_at))
        session.flush()
        return Turned(outcome="fresh", person=person_of(session, family_id), family_id=family_id)
    if _forgiven(session, asked, family=family):
        return Turned(outcome="again", person=person_of(session, family_id), family_id=family_id)
    user = session.get_one(User, family.user_id)
    end(session, [family_id], reason="reused")
    deeds.note(session, deeds.as_principal(user, asked.client.address), action="token_reused", family=family_id)
    return Turned(outcome="reused", family_id=family_id)


def _forgiven(session: Session, asked: Turn, *, family: SessionFamily) -> bool:
    token = session.get_one(RefreshToken, asked.shown, populate_existing=True)
    successor = session.get(RefreshToken, asked.next)
    unused = successor is not None and successor.used_at is None
    soon = token.used_at is not None and now(session) - token.used_at <= GRACE_S
    return unused and soon and family.user_agent == asked.client.user_agent[:LONGEST_AGENT]


def family_of(session: Session, token_hash: str) -> str:
    """Of the sign-in that this refresh token could carry on; empty when it could not."""
    token = session.get(RefreshToken, token_hash)
    if token is None or token.used_at is not None or person_of(session, token.family_id) is None:
        return ""
    return token.family_id


def open_families(session: Session, user_id: str, *, but: str = "") -> list[str]:
    """Ids of the user's sign-ins that go on."""
    families = select(SessionFamily.id).where(SessionFamily.user_id == user_id, SessionFamily.ended_at.is_(None))
    return list(session.scalars(families.where(SessionFamily.id != but)))


def end(session: Session, family_ids: list[str], *, reason: str) -> None:
    """Their tokens are good for nothing from now on."""
    if not family_ids:
        return
    open_ones = update(SessionFamily).where(SessionFamily.id.in_(family_ids), SessionFamily.ended_at.is_(None))
    session.execute(open_ones.values(ended_at=now(session), reason=reason), execution_options={"summed_up": True})


def _changed(session: Session, statement: Any) -> int:
    return cast("CursorResult[Any]", session.execute(statement)).rowcount


def _person(family: SessionFamily, user: User, *, tenant: Tenant) -> Person:
    return Person(
        user_id=user.id,
        tenant_id=user.tenant_id,
        tenant_name=tenant.name,
        email=user.email,
        name=user.name,
        role=user.role,
        language=user.language,
        totp=bool(user.totp_secret),
        recovery_codes_left=len(user.recovery_hashes),
        family_id=family.id,
        expires_at=family.expires_at,
    )
