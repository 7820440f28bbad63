"""Staying signed in: tokens that follow from each other, and whether they still count."""

from dataclasses import asdict, dataclass
from typing import Final

import orjson
from sqlalchemy.orm import Session

from control_plane.core.people.principal import Principal
from control_plane.core.refusals import Refused
from control_plane.observability.logging import get_logger
from control_plane.ports.people import AccessClaims
from control_plane.resources.people import deeds, sessions
from control_plane.resources.people.sessions import Client, Person, Turn, Turned
from control_plane.resources.people.tables import ACTIVE, User
from control_plane.services.cache.kinds import SESSIONS
from control_plane.services.people.parts import ACCESS_S, PeopleParts
from control_plane.services.people.rights import of_person, runs_installation

log = get_logger("people")

NOBODY: Final = b"null"
"""Kept, so that a token of a session that has ended costs one look into the database and no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What somebody gets who has signed in."""

    person: Person
    access_token: str
    access_expires: float
    refresh_token: str


class Sessions:
    """The sign-ins of everybody. Raises StoreUnavailable."""

    def __init__(self, parts: PeopleParts) -> None:
        self._parts = parts

    async def begin(self, user_id: str, client: Client) -> Grant:
        """Sign in somebody who has proved who they are in another way. Raises Refused(`session_ended`)."""
        new = self._parts.secrets.new_token()

        def work(session: Session) -> Person | None:
            user = session.get(User, user_id)
            if user is None or user.status != ACTIVE:
                return None
            deeds.note(session, deeds.as_principal(user, client.address), action="login")
            return sessions.begin(
                session, user, token_hash=new.hash, client=client, session_s=self._parts.policy.session_s
            )

        person = await self._parts.store.across(work)
        if person is None:
            raise _ended()
        return self.grant(person, new.token)

    def grant(self, person: Person, refresh_token: str) -> Grant:
        now = self._parts.clock.wall()
        claims = AccessClaims(
            user_id=person.user_id,
            tenant_id=person.tenant_id,
            role=person.role,
            session_id=person.family_id,
            ops=runs_installation(person),
        )
        token = self._parts.tokens.issue(claims, now=now, ttl_s=ACCESS_S)
        return Grant(person=person, access_token=token, access_expires=now + ACCESS_S, refresh_token=refresh_token)

    async def refresh(self, token: str, client: Client) -> Grant:
        """The next tokens for this one. Raises Refused(`session_ended`)."""
        successor = self._successor(token)
        hash_of = self._parts.secrets.hash_of
        asked = Turn(
            shown=hash_of(token), next=hash_of(successor), client=client, session_s=self._parts.policy.session_s
        )
        turned = await self._parts.store.across(lambda session: sessions.turn(session, asked))
        return self.grant(await self._accepted(turned), successor)

    async def _accepted(self, turned: Turned) -> Person:
        if turned.outcome == "reused":
            await self._parts.cache.invalidate(SESSIONS, turned.family_id)
            log.warning("refresh token used twice, session ended", session=turned.family_id)
        if turned.person is None:
            raise _ended()
        return turned.person

    def _successor(self, token: str) -> str:
        """Follows from the token and our key alone: however often it is asked for, it is the same one."""
        return self._parts.secrets.hash_of(f"refresh token after {token}")

    async def carried_by(self, refresh_token: str) -> bool:
        """Whether this token would bring the access token back."""
        shown = self._parts.secrets.hash_of(refresh_token)
        return bool(await self._parts.store.look_across(lambda session: sessions.family_of(session, shown)))

    async def known(self, access_token: str) -> Person | None:
        """Whose access token this is; None when it is no good, or its session has ended."""
        claims = self._parts.tokens.read(access_token, now=self._parts.clock.wall())
        person = await self.find(claims.session_id) if claims is not None else None
        return person if person is not None and claims is not None and person.user_id == claims.user_id else None

    async def find(self, family_id: str) -> Person | None:
        """Whose session it is, as it was some seconds ago at most; None when it has ended."""

        async def make() -> bytes:
            person = await self._parts.store.look_across(lambda session: sessions.person_of(session, family_id))
            return orjson.dumps(asdict(person)) if person is not None else NOBODY

        kept = orjson.loads(await self._parts.cache.get_or_make(SESSIONS, family_id, make=make))
        person = Person(**kept) if kept is not None else None
        return person if person is not None and person.expires_at > self._parts.clock.wall() else None

    async def end(self, person: Person, client: Client) -> None:
        """Sign out."""

        def work(session: Session) -> None:
            sessions.end(session, [person.family_id], reason="logout")
            deeds.note(session, self._actor(person, client), action="logout")

        await self._parts.store.across(work)
        await self._parts.cache.invalidate(SESSIONS, person.family_id)

    async def end_by_token(self, refresh_token: str, client: Client) -> None:
        """Sign out with nothing but a refresh token at hand."""
        shown = self._parts.secrets.hash_of(refresh_token)
        family_id = await self._parts.store.look_across(lambda session: sessions.family_of(session, shown))
        person = await self.find(family_id) if family_id else None
        if person is not None:
            await self.end(person, client)

    async def end_everywhere(self, person: Person, client: Client) -> None:
        """Sign out of all browsers and programs."""

        def note(session: Session) -> None:
            deeds.note(session, self._actor(person, client), action="logout_everywhere")

        await self._parts.store.across(note)
        await self.end_all(person.user_id, reason="logout_everywhere")

    async def end_all(self, user_id: str, *, reason: str, but: str = "") -> None:
        """End the user's sessions, all or all but one."""

        def work(session: Session) -> None:
            sessions.end(session, sessions.open_families(session, user_id, but=but), reason=reason)

        await self._parts.store.across(work)
        await self.forget()

    async def forget(self) -> None:
        """Somebody's role, name or status has changed: look again. Here at once, elsewhere within seconds."""
        await self._parts.cache.invalidate(SESSIONS)

    def _actor(self, person: Person, client: Client) -> Principal:
        return of_person(person, client.address)


def _ended() -> Refused:
    return Refused("session_ended", "Sign in again.")
