"""Proving who one is with a password: what is counted, and what takes as long for strangers."""

from sqlalchemy.orm import Session

from control_plane.observability.logging import get_logger
from control_plane.ports.people import Overloaded
from control_plane.resources.people import accounts, deeds, failures
from control_plane.resources.people.accounts import Account
from control_plane.resources.people.sessions import Client
from control_plane.services.people.parts import Locked, PeopleParts

log = get_logger("people")


class Proof:
    """Passwords of accounts. Every attempt is counted before it is looked at, and whether the account exists changes
    neither the answers nor the work until somebody has the right password."""

    def __init__(self, parts: PeopleParts) -> None:
        self._parts = parts

    def key(self, email: str) -> str:
        """Under which attempts for this address are counted."""
        return self._parts.secrets.hash_of(f"attempts for {email}")

    async def of_password(self, email: str, password: str) -> tuple[Account | None, bool]:
        """The account, if there is one, and whether this is its password. The attempt stays counted until it is taken
        back or forgotten. Raises Locked, Overloaded."""
        key = self.key(email)

        def work(session: Session) -> tuple[float, Account | None]:
            return failures.attempt(session, key), accounts.by_email(session, email)

        wait_s, account = await self._parts.store.across(work)
        if wait_s:
            raise Locked(wait_s)
        try:
            right = await self._parts.passwords.verify(password, account.password_hash if account else "")
        except Overloaded:
            await self.take_back(email)
            raise
        return account, right

    async def take_back(self, email: str) -> None:
        """The last attempt was right as far as it went."""
        key = self.key(email)
        await self._parts.store.across(lambda session: failures.take_back(session, key))

    async def forget(self, email: str) -> None:
        """It was right: earlier ones do not count any more."""
        key = self.key(email)
        await self._parts.store.across(lambda session: failures.forget(session, key))

    def refused(self, account: Account | None, client: Client, *, reason: str) -> None:
        """Note it, after the answer: the answer to a stranger must not be faster."""
        log.warning("sign-in refused", reason=reason, pii_address=client.address)
        if account is not None:
            self._parts.supervisor.spawn(self._noted(account, client, reason=reason), "note a refused sign-in")

    async def _noted(self, account: Account, client: Client, *, reason: str) -> None:
        def work(session: Session) -> None:
            deeds.note(session, deeds.as_principal(account, client.address), action="login_failed", reason=reason)

        await self._parts.store.across(work)
