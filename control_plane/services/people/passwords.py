"""Choosing, changing and recovering passwords."""

from typing import Final

from sqlalchemy.orm import Session

from control_plane.core.people.password_rules import weaknesses
from control_plane.core.refusals import Fault, Refused
from control_plane.observability.logging import get_logger
from control_plane.ports.errors import ProviderError
from control_plane.ports.limits import Limit
from control_plane.ports.mail import Mail
from control_plane.resources.people import accounts, deeds, failures, links
from control_plane.resources.people.accounts import Account
from control_plane.resources.people.sessions import Client, Person
from control_plane.resources.people.tables import ACTIVE, RESET
from control_plane.services.people import letters
from control_plane.services.people.parts import PeopleParts
from control_plane.services.people.proof import Proof
from control_plane.services.people.sessions import Sessions

log = get_logger("people")

LETTERS: Final = Limit(rate=3 / 3600, burst=3)
"""To one address, whether somebody has it or not."""


class Passwords:
    def __init__(self, parts: PeopleParts, proof: Proof, *, sessions: Sessions) -> None:
        self._parts = parts
        self._proof = proof
        self._sessions = sessions

    async def checked(self, password: str, *, email: str, name: str, field: str = "password") -> str:
        """What is stored of it. Raises Refused(`weak_password`), Overloaded."""
        found = weaknesses(password, email=email, name=name)
        if found:
            faults = tuple(Fault(field, weakness.value) for weakness in found)
            raise Refused("weak_password", "Take a longer one that nobody would guess.", faults=faults)
        return await self._parts.passwords.hash(password)

    async def change(self, person: Person, *, old: str, new: str, client: Client) -> None:
        """The user's other sessions end. Raises Refused(`wrong_password`, `weak_password`), Locked, Overloaded."""
        account = await self.confirmed(person, old, client=client)
        hashed = await self.checked(new, email=account.email, name=account.name, field="new_password")

        def work(session: Session) -> None:
            accounts.set_fields(session, account.id, password_hash=hashed)
            links.cancel(session, account.id, kind=RESET)
            deeds.note(session, deeds.as_principal(account, client.address), action="password_changed")

        await self._parts.store.across(work)
        await self._sessions.end_all(person.user_id, reason="password_changed", but=person.family_id)
        self._send(letters.changed(account.email, language=account.language))

    async def confirmed(self, person: Person, password: str, *, client: Client) -> Account:
        """Somebody who is signed in shows that they still are themselves. Raises Refused(`wrong_password`), Locked."""
        account, right = await self._proof.of_password(person.email, password)
        if account is None or account.id != person.user_id or not right:
            self._proof.refused(account, client, reason="wrong_password")
            raise Refused("wrong_password", "It is not the one you sign in with.")
        await self._proof.forget(person.email)
        return account

    def forgot(self, email: str, client: Client) -> None:
        """Send a link, if somebody has this address: after the answer, which is the same for everybody."""
        self._parts.supervisor.spawn(self._send_link(email, client), "letter with a link")

    async def _send_link(self, email: str, client: Client) -> None:
        verdict = await self._parts.limiter.hit(f"letters:{self._proof.key(email)}", LETTERS)
        if not verdict.allowed:
            log.warning("no further link is sent to this address for now", pii_address=client.address)
            return
        new = self._parts.secrets.new_token()

        def work(session: Session) -> Account | None:
            account = accounts.by_email(session, email)
            if account is None or account.status != ACTIVE:
                return None
            wanted = links.NewLink(kind=RESET, hash=new.hash, tenant_id=account.tenant_id, user_id=account.id)
            links.make(session, wanted)
            deeds.note(session, deeds.as_principal(account, client.address), action="password_forgotten")
            return account

        account = await self._parts.store.across(work)
        if account is not None:
            link = f"{self._parts.policy.base_url}/reset-password#{new.token}"
            await self._sent(letters.reset(account.email, language=account.language, link=link))

    async def reset(self, token: str, password: str, *, client: Client) -> None:
        """Choose a new password with a link; all sessions end. Raises Refused(`bad_link`, `weak_password`)."""
        token_hash = self._parts.secrets.hash_of(token)

        def look(session: Session) -> Account | None:
            link = links.find(session, token_hash)
            return accounts.by_id(session, link.user_id) if link is not None and link.kind == RESET else None

        # A weak password leaves the link as it is, for another try.
        account = await self._parts.store.across(look)
        if account is None:
            raise Refused("bad_link", "Ask for a new one.")
        hashed = await self.checked(password, email=account.email, name=account.name)
        key = self._proof.key(account.email)

        def work(session: Session) -> None:
            links.redeem(session, token_hash, kind=RESET)
            accounts.set_fields(session, account.id, password_hash=hashed)
            failures.forget(session, key)
            deeds.note(session, deeds.as_principal(account, client.address), action="password_reset")

        await self._parts.store.across(work)
        await self._sessions.end_all(account.id, reason="password_changed")

    def _send(self, mail: Mail) -> None:
        self._parts.supervisor.spawn(self._sent(mail), "letter")

    async def _sent(self, mail: Mail) -> None:
        try:
            await self._parts.mail.send(mail)
        except ProviderError as error:
            log.error("letter was not sent", error=type(error).__name__)
