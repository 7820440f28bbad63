"""Signing in: a password, and a code where the account asks for one."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from control_plane.core.refusals import Refused
from control_plane.resources.people import accounts, deeds, failures, sessions
from control_plane.resources.people.accounts import Account
from control_plane.resources.people.sessions import Client, Person
from control_plane.resources.people.tables import ACTIVE, User
from control_plane.services.people.parts import PeopleParts
from control_plane.services.people.proof import Proof
from control_plane.services.people.sessions import Grant, Sessions

Second = Callable[[Session], bool]
"""Uses the second proof up, in the transaction that signs in; False: it was used already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What somebody shows. `email` in lower case; `code` of the authenticator or on paper, empty for none."""

    email: str
    password: str
    code: str = ""


class SignIn:
    def __init__(self, parts: PeopleParts, proof: Proof, *, sessions: Sessions) -> None:
        self._parts = parts
        self._proof = proof
        self._sessions = sessions

    async def sign_in(self, shown: Credentials, client: Client) -> Grant:
        """Raises Refused(`wrong_credentials`, `user_disabled`, `totp_needed`, `wrong_code`, `secret_lost`), Locked,
        Overloaded."""
        account, right = await self._proof.of_password(shown.email, shown.password)
        if account is None or not right:
            self._proof.refused(account, client, reason="wrong_credentials")
            raise Refused("wrong_credentials", "Look at both, address and password.")
        if account.status != ACTIVE or not account.tenant_active:
            await self._proof.take_back(shown.email)
            self._proof.refused(account, client, reason="user_disabled")
            raise Refused("user_disabled", "An owner or admin of the company can change that.")
        if account.totp_secret and not shown.code:
            await self._proof.take_back(shown.email)
            raise Refused("totp_needed", "Send the `code` of the authenticator too, or one of those on paper.")
        second = await self._second(account, shown)
        grant = await self._let_in(account, shown, second=second, client=client)
        if grant is None:
            self._proof.refused(account, client, reason="wrong_code")
            raise Refused("wrong_code", "Each code is good once, and for half a minute or so.")
        return grant

    async def _let_in(self, account: Account, shown: Credentials, *, second: Second, client: Client) -> Grant | None:
        """None when the second proof is no good."""
        parts, key = self._parts, self._proof.key(account.email)
        new = parts.secrets.new_token()
        stale = parts.passwords.needs_rehash(account.password_hash)
        better = await parts.passwords.hash(shown.password) if stale else ""

        def work(session: Session) -> Person | None:
            if not second(session):
                return None
            failures.forget(session, key)
            if better:
                accounts.set_fields(session, account.id, password_hash=better)
            deeds.note(session, deeds.as_principal(account, client.address), action="login")
            user = session.get_one(User, account.id)
            return sessions.begin(session, user, token_hash=new.hash, client=client, session_s=parts.policy.session_s)

        person = await parts.store.across(work)
        return self._sessions.grant(person, new.token) if person is not None else None

    async def _second(self, account: Account, shown: Credentials) -> Second:
        """Raises Refused(`secret_lost`)."""
        if not account.totp_secret:
            return lambda session: True
        now, codes, seals = self._parts.clock.wall(), self._parts.codes, self._parts.seals
        try:
            secret = seals.open(account.totp_secret, about=account.id)
        except Refused:
            await self._proof.take_back(shown.email)
            raise
        step = codes.verify(secret, shown.code, now=now, last_step=account.totp_last_step)
        on_paper, sealed = codes.recovery_hash(shown.code), seals.shut(account.totp_secret, about=account.id)

        def use(session: Session) -> bool:
            if sealed != account.totp_secret:
                accounts.seal_codes(session, account, sealed=sealed)
            if step is not None:
                return accounts.use_step(session, account.id, step=step)
            return accounts.use_recovery(session, account.id, code_hash=on_paper)

        return use
