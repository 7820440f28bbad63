"""How an installation gets its first user, a company its owner, and an owner the way back in."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from control_plane.core.people.permissions import Role
from control_plane.core.people.principal import system
from control_plane.core.refusals import Refused
from control_plane.ports.tables import DEFAULT_TENANT
from control_plane.ports.tenancy import now
from control_plane.resources.crud import folded
from control_plane.resources.people import accounts, deeds, failures, links, sessions
from control_plane.resources.people.accounts import NewUser
from control_plane.resources.people.sessions import Client, Person
from control_plane.resources.people.tables import ACTIVE, INVITE, INVITED, RESET, SETUP, OneTimeLink, User
from control_plane.resources.tenants import Tenant
from control_plane.services.people import letters
from control_plane.services.people.parts import PeopleParts
from control_plane.services.people.passwords import Passwords
from control_plane.services.people.proof import Proof
from control_plane.services.people.sessions import Grant, Sessions

Enter = Callable[[Session], str]
"""Makes ready the company that somebody enters; its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """Somebody who begins, with a company."""

    company: str
    name: str
    email: str
    password: str
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """Somebody who was invited; an empty name or language is as the invitation said."""

    name: str
    password: str
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a link is for."""

    kind: str
    company: str
    email: str
    name: str


class Arrivals:
    def __init__(self, parts: PeopleParts, passwords: Passwords, *, sessions: Sessions, proof: Proof) -> None:
        self._parts = parts
        self._passwords = passwords
        self._sessions = sessions
        self._proof = proof
        self._somebody = False

    async def setup_needed(self) -> bool:
        """Whether the installation has no user at all. Once there was one it is not asked again."""
        if not self._somebody:
            self._somebody = await self._parts.store.across(accounts.anybody)
        return not self._somebody

    async def welcome(self) -> None:
        """Show whoever started an installation without users how to begin."""
        if await self.setup_needed():
            self._parts.show(letters.WELCOME.format(link=await self.setup_link()))

    async def setup_link(self) -> str:
        """Earlier ones stay good: several processes may have started."""
        new = self._parts.secrets.new_token()
        wanted = links.NewLink(kind=SETUP, hash=new.hash, tenant_id=DEFAULT_TENANT)
        await self._parts.store.across(lambda session: links.make(session, wanted))
        return f"{self._parts.policy.base_url}/welcome#{new.token}"

    async def set_up(self, token: str, newcomer: Newcomer, *, client: Client) -> Grant:
        """The owner of the installation's own company. Raises Refused(`setup_done`, `bad_link`, `weak_password`)."""
        token_hash = self._parts.secrets.hash_of(token)
        await self._parts.store.across(lambda session: _check_setup(session, token_hash))
        hashed = await self._hashed(newcomer)

        def enter(session: Session) -> str:
            # All links are locked before users are looked for: of two people with two links one is the first.
            session.execute(select(OneTimeLink.hash).where(OneTimeLink.kind == SETUP).with_for_update())
            _check_setup(session, token_hash)
            every = update(OneTimeLink).where(OneTimeLink.kind == SETUP, OneTimeLink.used_at.is_(None))
            session.execute(every.values(used_at=now(session)))
            tenant = session.get_one(Tenant, DEFAULT_TENANT)
            tenant.name, tenant.language = newcomer.company, newcomer.language or tenant.language
            return DEFAULT_TENANT

        grant = await self._arrived(newcomer, hashed, client=client, enter=enter)
        self._somebody = True
        return grant

    async def register(self, newcomer: Newcomer, client: Client) -> Grant:
        """A company of its own. Raises Refused(`registration_closed`, `email_taken`, `weak_password`), Overloaded."""
        if not self._parts.policy.registration_open:
            raise Refused("registration_closed", "Ask the people who run this for an invitation, or REGISTRATION=open.")
        hashed = await self._hashed(newcomer)
        return await self._arrived(
            newcomer,
            hashed,
            client=client,
            enter=lambda session: accounts.found_company(session, newcomer.company, language=newcomer.language),
        )

    async def told(self, token: str) -> Told:
        """What a link is for, to whoever holds it. Raises Refused(`bad_link`)."""
        token_hash = self._parts.secrets.hash_of(token)

        def work(session: Session) -> Told | None:
            link = links.find(session, token_hash)
            if link is None:
                return None
            account = accounts.by_id(session, link.user_id)
            tenant = session.get_one(Tenant, link.tenant_id)
            return Told(
                kind=link.kind,
                company=tenant.name,
                email=account.email if account else "",
                name=account.name if account else "",
            )

        found = await self._parts.store.across(work)
        if found is None:
            raise Refused("bad_link", "It was used, or has run out. Ask for a new one.")
        return found

    async def accept(self, token: str, guest: Guest, *, client: Client) -> Grant:
        """An invited user comes in. Raises Refused(`bad_link`, `weak_password`), Overloaded."""
        token_hash, new = self._parts.secrets.hash_of(token), self._parts.secrets.new_token()
        told = await self.told(token)
        name = guest.name or told.name
        hashed = await self._passwords.checked(guest.password, email=told.email, name=name)

        def work(session: Session) -> Person:
            user = session.get(User, links.redeem(session, token_hash, kind=INVITE))
            if user is None or user.status != INVITED:
                raise Refused("bad_link", "The invitation was taken back.")
            user.name, user.language = name, guest.language or user.language
            user.words = folded(user.name, user.email)
            user.password_hash, user.status = hashed, ACTIVE
            deeds.note(session, deeds.as_principal(user, client.address), action="invitation_accepted")
            session_s = self._parts.policy.session_s
            return sessions.begin(session, user, token_hash=new.hash, client=client, session_s=session_s)

        return self._sessions.grant(await self._parts.store.across(work), new.token)

    async def owner_link(self, email: str = "") -> tuple[str, str]:
        """For an owner who lost everything: a link for a new password (24 hours), and whose it is. Codes of an
        authenticator and locks are taken away, sessions end. Raises Refused(`unknown_user`)."""
        new = self._parts.secrets.new_token()

        def work(session: Session) -> accounts.Account | None:
            owner = accounts.first_owner(session, email)
            if owner is None or owner.role != Role.OWNER:
                return None
            wanted = links.NewLink(kind=RESET, hash=new.hash, tenant_id=owner.tenant_id, user_id=owner.id, hours=24)
            links.make(session, wanted)
            accounts.without_codes(session, owner.id)
            accounts.set_fields(session, owner.id, status=ACTIVE)
            failures.forget(session, self._proof.key(owner.email))
            deeds.note(session, system(owner.tenant_id, "reset-owner"), action="owner_recovered", row_id=owner.id)
            return owner

        found = await self._parts.store.across(work)
        if found is None:
            raise Refused("unknown_user", "No owner has this address.")
        await self._sessions.end_all(found.id, reason="removed")
        return f"{self._parts.policy.base_url}/reset-password#{new.token}", found.email

    async def _hashed(self, newcomer: Newcomer) -> str:
        return await self._passwords.checked(newcomer.password, email=newcomer.email, name=newcomer.name)

    async def _arrived(self, newcomer: Newcomer, hashed: str, *, client: Client, enter: Enter) -> Grant:
        new, policy = self._parts.secrets.new_token(), self._parts.policy

        def work(session: Session) -> Person:
            wanted = NewUser(
                tenant_id=enter(session),
                email=newcomer.email,
                name=newcomer.name,
                role=Role.OWNER,
                password_hash=hashed,
                language=newcomer.language,
            )
            user = accounts.add(session, wanted)
            deeds.note(session, deeds.as_principal(user, client.address), action="registered", email=user.email)
            return sessions.begin(session, user, token_hash=new.hash, client=client, session_s=policy.session_s)

        return self._sessions.grant(await self._parts.store.across(work), new.token)


def _check_setup(session: Session, token_hash: str) -> None:
    if accounts.anybody(session):
        raise Refused("setup_done", "Somebody has an account: sign in, or run `gateway reset-owner`.")
    link = links.find(session, token_hash)
    if link is None or link.kind != SETUP:
        raise Refused("bad_link", "Start the gateway again: it shows a new one.")
