"""What a sign-in asks of a user's row, and what it writes there."""

from dataclasses import dataclass
from typing import Any, Final, cast

from sqlalchemy import CursorResult, Select, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from control_plane.core.refusals import Refused
from control_plane.ports.tables import DEFAULT_TENANT, new_id
from control_plane.ports.tenancy import now
from control_plane.resources.crud import folded
from control_plane.resources.people.tables import ACTIVE, User
from control_plane.resources.tenants import Tenant

OWNER: Final = "owner"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A user as far as a sign-in cares. Holds secrets: it is never told."""

    id: str
    tenant_id: str
    email: str
    name: str
    role: str
    status: str
    language: str
    password_hash: str
    totp_secret: str
    totp_pending: str
    totp_last_step: int
    tenant_active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUser:
    """Somebody who begins."""

    tenant_id: str
    email: str
    name: str
    role: str
    password_hash: str
    language: str = ""


def by_email(session: Session, email: str) -> Account | None:
    return _account(session, select(User).where(User.email == email))


def by_id(session: Session, user_id: str) -> Account | None:
    return _account(session, select(User).where(User.id == user_id))


def anybody(session: Session) -> bool:
    """Whether the installation has a user at all."""
    return bool(session.scalar(select(select(User.id).exists())))


def first_owner(session: Session, email: str = "") -> Account | None:
    """The oldest owner of the installation's own tenant, or the user of this address."""
    if email:
        return by_email(session, email)
    owners = select(User).where(User.tenant_id == DEFAULT_TENANT, User.role == OWNER)
    return _account(session, owners.order_by(User.created_at, User.id).limit(1))


def add(session: Session, new: NewUser) -> User:
    """Raises Refused(`email_taken`)."""
    user = User(
        tenant_id=new.tenant_id,
        email=new.email,
        name=new.name,
        role=new.role,
        status=ACTIVE,
        language=new.language,
        password_hash=new.password_hash,
        totp_secret="",
        totp_pending="",
        totp_last_step=0,
        recovery_hashes=[],
        last_login_at=None,
        words=folded(new.name, new.email),
    )
    session.add(user)
    try:
        session.flush()
    except IntegrityError:
        raise Refused("email_taken", "Sign in with it, or ask for a new password.") from None
    return user


def found_company(session: Session, name: str, *, language: str) -> str:
    """A new tenant; its id."""
    tenant_id = new_id(now(session))
    session.add(
        Tenant(
            id=tenant_id,
            tenant_id=tenant_id,
            name=name,
            zone="",
            language=language or "es",
            region="",
            currency="USD",
            status="active",
            retention={},
        )
    )
    session.flush()
    return tenant_id


def set_fields(session: Session, user_id: str, **fields: Any) -> None:
    """What only sign-ins write; the row's version stays, as nobody edits these."""
    session.execute(update(User).where(User.id == user_id).values(**fields))


def without_codes(session: Session, user_id: str) -> None:
    """No code is asked for any more."""
    set_fields(session, user_id, totp_secret="", totp_pending="", totp_last_step=0, recovery_hashes=[])


def seal_codes(session: Session, account: Account, *, sealed: str) -> None:
    """Keep the secret sealed from now on; nothing happens when it is another one by now."""
    same = update(User).where(User.id == account.id, User.totp_secret == account.totp_secret)
    session.execute(same.values(totp_secret=sealed))


def use_step(session: Session, user_id: str, *, step: int) -> bool:
    """Whether the code of this time step was not used before."""
    once = update(User).where(User.id == user_id, User.totp_last_step < step).values(totp_last_step=step)
    return cast("CursorResult[Any]", session.execute(once)).rowcount == 1


def use_recovery(session: Session, user_id: str, *, code_hash: str) -> bool:
    """Whether it was one of those that are left; it is not any more."""
    user = session.scalars(select(User).where(User.id == user_id).with_for_update()).one_or_none()
    if user is None or code_hash not in user.recovery_hashes:
        return False
    set_fields(session, user_id, recovery_hashes=[known for known in user.recovery_hashes if known != code_hash])
    return True


def _account(session: Session, wanted: Select[tuple[User]]) -> Account | None:
    user = session.scalars(wanted).one_or_none()
    if user is None:
        return None
    tenant = session.get(Tenant, user.tenant_id)
    return Account(
        id=user.id,
        tenant_id=user.tenant_id,
        email=user.email,
        name=user.name,
        role=user.role,
        status=user.status,
        language=user.language or (tenant.language if tenant else ""),
        password_hash=user.password_hash,
        totp_secret=user.totp_secret,
        totp_pending=user.totp_pending,
        totp_last_step=user.totp_last_step,
        tenant_active=tenant is not None and tenant.status == "active",
    )
