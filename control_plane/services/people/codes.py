"""Codes of an authenticator: switching them on and off."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from control_plane.core.refusals import Refused
from control_plane.resources.people import accounts, deeds
from control_plane.resources.people.sessions import Client, Person
from control_plane.services.people.parts import PeopleParts
from control_plane.services.people.passwords import Passwords
from control_plane.services.people.sessions import Sessions

ISSUER: Final = "Centralita"


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """What an authenticator needs; shown once."""

    secret: str
    uri: str
    qr_svg: str


class Codes:
    def __init__(self, parts: PeopleParts, passwords: Passwords, *, sessions: Sessions) -> None:
        self._parts = parts
        self._passwords = passwords
        self._sessions = sessions

    async def begin(self, person: Person, password: str, *, client: Client) -> Begun:
        """A secret to scan; nothing is asked for until it is confirmed. Raises Refused(`wrong_password`, `totp_on`)."""
        account = await self._passwords.confirmed(person, password, client=client)
        if account.totp_secret:
            raise Refused("totp_on", "Switch the codes off first.")
        secret = self._parts.codes.new_secret()
        sealed = self._parts.seals.seal(secret, about=account.id)
        await self._parts.store.across(lambda session: accounts.set_fields(session, account.id, totp_pending=sealed))
        uri = self._parts.codes.uri(secret, account=account.email, issuer=ISSUER)
        return Begun(secret=secret, uri=uri, qr_svg=self._parts.codes.qr_svg(uri))

    async def confirm(self, person: Person, code: str, *, client: Client) -> tuple[str, ...]:
        """From now on codes are asked for; the recovery codes, shown once. Raises Refused(`wrong_code`,
        `secret_lost`)."""
        account = await self._parts.store.across(lambda session: accounts.by_id(session, person.user_id))
        if account is None or not account.totp_pending or account.totp_secret:
            raise Refused("wrong_code", "Begin again: there is no secret to confirm.")
        pending = self._parts.seals.open(account.totp_pending, about=account.id)
        sealed = self._parts.seals.seal(pending, about=account.id)
        step = self._parts.codes.verify(pending, code, now=self._parts.clock.wall(), last_step=0)
        if step is None:
            raise Refused("wrong_code", "Look at the clock of your telephone, and take the newest code.")
        recovery = self._parts.codes.new_recovery_codes()

        def work(session: Session) -> None:
            accounts.set_fields(
                session,
                account.id,
                totp_secret=sealed,
                totp_pending="",
                totp_last_step=step,
                recovery_hashes=[each.hash for each in recovery],
            )
            deeds.note(session, deeds.as_principal(account, client.address), action="totp_on")

        await self._parts.store.across(work)
        await self._sessions.forget()
        return tuple(each.token for each in recovery)

    async def disable(self, person: Person, password: str, *, client: Client) -> None:
        """Raises Refused(`wrong_password`), Locked."""
        account = await self._passwords.confirmed(person, password, client=client)

        def work(session: Session) -> None:
            accounts.without_codes(session, account.id)
            deeds.note(session, deeds.as_principal(account, client.address), action="totp_off")

        await self._parts.store.across(work)
        await self._sessions.forget()
