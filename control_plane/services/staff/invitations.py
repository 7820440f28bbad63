"""Inviting people: the user who waits for them, and the letter that brings them in."""

import asyncio
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from control_plane.core.people.principal import Principal
from control_plane.core.rate.gcra import Limit
from control_plane.core.refusals import Refused
from control_plane.observability.logging import get_logger
from control_plane.ports.errors import ProviderError
from control_plane.ports.limits import Limiter
from control_plane.ports.mail import Mail, MailSender
from control_plane.ports.people import NewToken, Secrets
from control_plane.ports.tenancy import TenantStore
from control_plane.resources import users
from control_plane.resources.crud import Rows
from control_plane.resources.people.tables import User
from control_plane.resources.tenants import own
from control_plane.resources.users import USERS, UserInviteIn, UserOut
from control_plane.services.staff.letters import Invitation
from control_plane.services.supervisor import Supervisor

log = get_logger("staff")

AGAIN_S: Final = (5.0, 60.0, 600.0)
"""Waits before a letter that did not leave is tried again. It is in no database, as it holds the link: what a stop of
the process loses is made up for by inviting again."""

SEND_S: Final = 30.0

LETTERS: Final = Limit(rate=30 / 3600, burst=30)
"""Of one tenant: letters go to addresses that nobody has confirmed, with words that the tenant chose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationParts:
    store: TenantStore
    secrets: Secrets
    mail: MailSender
    supervisor: Supervisor
    limiter: Limiter
    public: str
    """Address of the installation as people reach it."""


class Invitations:
    """All methods raise Refused and StoreUnavailable."""

    def __init__(self, parts: InvitationParts) -> None:
        self._parts = parts

    async def invite(self, who: Principal, data: UserInviteIn) -> tuple[UserOut, int]:
        """The new user with its version. The letter leaves afterwards.

        One address is one user of the whole installation: an address that is taken elsewhere is refused in the same
        words as one that is taken here.
        """
        await self._check_room(who)
        token = self._parts.secrets.new_token()

        def work(session: Session) -> tuple[UserOut, int, Mail]:
            return self._linked(session, users.invited(session, data), token=token)

        try:
            out, version, letter = await self._parts.store.write(who, work)
        except Refused as refused:
            raise Refused("email_taken") if refused.code == "conflict" else refused from None
        self._post(letter)
        return out, version

    async def again(self, who: Principal, user_id: str) -> tuple[UserOut, int]:
        """Another letter; the link of the one before is good no more."""
        await self._check_room(who)
        token = self._parts.secrets.new_token()

        def work(session: Session) -> tuple[UserOut, int, Mail]:
            return self._linked(session, users.waiting(session, user_id), token=token)

        out, version, letter = await self._parts.store.write(who, work)
        self._post(letter)
        return out, version

    async def _check_room(self, who: Principal) -> None:
        verdict = await self._parts.limiter.hit(f"letters/{who.tenant_id}", LETTERS)
        if not verdict.allowed:
            raise Refused("too_many_letters", "So many people were invited at once; go on later.")

    def _linked(self, session: Session, row: User, *, token: NewToken) -> tuple[UserOut, int, Mail]:
        users.link(session, row, token_hash=token.hash)
        tenant = own(session)
        invitation = Invitation(
            to=row.email,
            language=row.language or tenant.language,
            tenant=tenant.name,
            inviter=session.info["who"].name,
            link=f"{self._parts.public}/accept-invitation#{token.token}",
        )
        said = Rows(session, USERS).said(row)
        assert isinstance(said, UserOut)
        return said, row.version, invitation.letter()

    def _post(self, letter: Mail) -> None:
        self._parts.supervisor.spawn(self._send(letter), "invitation")

    async def _send(self, letter: Mail) -> None:
        for wait_s in (*AGAIN_S, None):
            try:
                async with asyncio.timeout(SEND_S):
                    await self._parts.mail.send(letter)
                log.info("mail sent", kind="invitation", pii_to=letter.to)
                return
            except (ProviderError, TimeoutError) as error:
                again = wait_s if getattr(error, "retryable", True) else None
                log.warning("mail not sent", kind="invitation", error=str(error), again_in_s=again)
            if again is None:
                return
            await asyncio.sleep(again)
