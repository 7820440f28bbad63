"""People of tenants as rows, their letters, and whoever asks for them."""

import asyncio

from sqlalchemy.orm import Session

from control_plane.core.people.permissions import PERMISSIONS, Role
from control_plane.core.people.principal import Kind, Principal
from control_plane.ports.mail import Mail
from control_plane.ports.tables import new_id
from control_plane.resources.people import sessions
from control_plane.resources.people.tables import SessionFamily, User
from control_plane.resources.tenants import Tenant
from tests.gateways import Served


class Letters:
    """A MailSender that keeps what it is given; `faults` come first."""

    def __init__(self) -> None:
        self.sent: list[Mail] = []
        self.faults: list[Exception] = []
        self.came = asyncio.Event()

    async def send(self, mail: Mail) -> None:
        if self.faults:
            raise self.faults.pop(0)
        self.sent.append(mail)
        self.came.set()

    async def next(self) -> Mail:
        async with asyncio.timeout(5):
            await self.came.wait()
        self.came.clear()
        return self.sent[-1]


def somebody(role: Role = Role.OWNER, *, tenant_id: str = "default", user_id: str = "") -> Principal:
    return Principal(
        tenant_id=tenant_id,
        kind=Kind.USER,
        id=user_id,
        name="luz@example.com",
        role=str(role),
        permissions=PERMISSIONS[role],
    )


async def stored(it: Served, *, role: str = "owner", status: str = "active", tenant_id: str = "default") -> str:
    """A user who has a password; their id."""

    def work(session: Session) -> str:
        user_id = new_id(session.info["now"])
        session.add(
            User(
                id=user_id,
                tenant_id=tenant_id,
                email=f"{user_id}@example.com",
                name="Somebody",
                role=role,
                status=status,
                language="",
                password_hash="$argon2",
                last_login_at=None,
                created_at=0.0,
                words="",
            )
        )
        return user_id

    return await it.gateway.business._store.across(work)


async def tenant(it: Served, tenant_id: str) -> None:
    def work(session: Session) -> None:
        texts = dict.fromkeys(("name", "zone", "region"), "")
        session.add(
            Tenant(
                id=tenant_id, tenant_id=tenant_id, language="en", currency="USD", status="active", retention={}, **texts
            )
        )

    await it.gateway.business._store.across(work)


async def signed_in(it: Served, user_id: str) -> str:
    def work(session: Session) -> str:
        user = session.get_one(User, user_id)
        person = sessions.begin(session, user, token_hash=f"hash {user_id}", client=sessions.Client(), session_s=60.0)
        return person.family_id

    return await it.gateway.business._store.across(work)


async def ended(it: Served, family_id: str) -> str:
    family = await it.gateway.business._store.across(lambda session: session.get_one(SessionFamily, family_id))
    return family.reason if family.ended_at is not None else ""
