"""The users of a tenant as their admins run them: who is there, in which role, and who may change that."""

from typing import Annotated, Any, Final, Literal

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from control_plane.core.people.permissions import Role, may_appoint
from control_plane.core.refusals import Refused, unknown
from control_plane.ports.tenancy import who
from control_plane.resources import audit
from control_plane.resources.crud import folded
from control_plane.resources.fields import Email, Name
from control_plane.resources.people import links, sessions
from control_plane.resources.people.tables import ACTIVE, DISABLED, INVITE, INVITED, RESET, User
from control_plane.resources.resource import Filter, Resource, Rules

OwnLanguage = Literal["", "es", "en"]
"""Empty: the tenant's."""

SEARCHED: Final = ("email", "name")


class UserInviteIn(BaseModel):
    """Somebody who is to become a user."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"email": "ana@example.com", "name": "Ana Ruiz", "role": "agent"}]},
    )

    email: Email
    name: Name
    role: Role
    language: OwnLanguage = ""


class UserIn(BaseModel):
    """What may be changed of a user."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"role": "viewer"}]})

    name: Name
    role: Role
    status: Literal["active", "disabled"]
    language: OwnLanguage


class UserOut(BaseModel):
    """A user. `status` is `invited` until the invitation is accepted."""

    id: str
    email: str
    name: str
    role: str
    status: str
    language: str
    totp: Annotated[bool, BeforeValidator(bool)] = Field(validation_alias=AliasChoices("totp_secret", "totp"))
    """Whether signing in asks for a one-time code."""
    last_login_at: float | None
    version: int
    created_at: float
    updated_at: float


def invited(session: Session, data: UserInviteIn) -> User:
    """The new user, who cannot sign in yet. Raises Refused; an address that is taken in another tenant breaks a
    constraint when the row is written."""
    _check_appointment(session, Role(data.role))
    if session.scalar(select(User.id).where(User.email == data.email)) is not None:
        raise Refused("email_taken")
    row = User(
        email=data.email,
        name=data.name,
        role=str(data.role),
        status=INVITED,
        language=data.language,
        words=folded(data.email, data.name),
        last_login_at=None,
    )
    session.add(row)
    session.flush()
    return row


def waiting(session: Session, user_id: str) -> User:
    """One whose invitation is open. Raises Refused."""
    row = _one(session, user_id)
    _check_appointment(session, Role(row.role))
    if row.status != INVITED:
        raise Refused("not_invited", "Only who has not accepted yet is invited again.")
    return row


def link(session: Session, row: User, *, token_hash: str) -> None:
    """The invitation by which the user gets in; earlier ones are good no more."""
    links.make(session, links.NewLink(kind=INVITE, hash=token_hash, tenant_id=row.tenant_id, user_id=row.id))


def sign_out(session: Session, user_id: str) -> int:
    """End everything that the user has signed in to; how many that was."""
    row = _one(session, user_id)
    _check_appointment(session, Role(row.role))
    families = sessions.open_families(session, user_id)
    sessions.end(session, families, reason="logout_everywhere")
    audit.note(session, "sign_out", resource="users", row_id=user_id, after={"sessions": len(families)})
    return len(families)


def _one(session: Session, user_id: str) -> User:
    row = session.get(User, user_id)
    if row is None:
        raise unknown("user")
    return row


def _check_appointment(session: Session, role: Role) -> None:
    """Raises Refused when whoever asks may not give or take this role."""
    own = who(session).role
    if own not in set(Role) or not may_appoint(Role(own), role):
        raise Refused("not_allowed", f"Your role does not reach as far as that of an {role}.")


def _check_not_yourself(session: Session, row: User) -> None:
    if who(session).id == row.id:
        raise Refused("not_yourself", "Somebody else has to do that.")


def _keep_an_owner(session: Session, row: User) -> None:
    """Raises Refused when nobody would own the tenant without this one. The owners stay locked until the end of the
    transaction, so that two who go at the same moment are one after the other."""
    if row.role != Role.OWNER or row.status != ACTIVE:
        return
    owners = select(User.id).where(User.role == str(Role.OWNER), User.status == ACTIVE)
    if list(session.scalars(owners.order_by(User.id).with_for_update())) == [row.id]:
        raise Refused("last_owner", "Make somebody else an owner first.")


def _on_update(session: Session, row: User, *, fields: dict[str, Any]) -> None:
    if row.id != who(session).id:
        _check_appointment(session, Role(row.role))  # nobody changes anything of somebody mightier
    if "role" in fields:
        fields["role"] = str(fields["role"])
    if fields.get("role", row.role) != row.role:
        _check_not_yourself(session, row)
        for role in (row.role, fields["role"]):
            _check_appointment(session, Role(role))
        _keep_an_owner(session, row)
    if "status" in fields:
        fields["status"] = _status(row, fields["status"])
    if fields.get("status", row.status) != row.status:
        _check_not_yourself(session, row)
        _check_appointment(session, Role(row.role))
        if fields["status"] == DISABLED:
            _keep_an_owner(session, row)
            _shut_out(session, row)


def _status(row: User, wanted: str) -> str:
    """Nobody becomes active without a password of their own."""
    return INVITED if wanted == ACTIVE and not row.password_hash else wanted


def _shut_out(session: Session, row: User) -> None:
    sessions.end(session, sessions.open_families(session, row.id), reason="disabled")
    for kind in (INVITE, RESET):
        links.cancel(session, row.id, kind=kind)


def _on_delete(session: Session, row: User) -> None:
    _check_not_yourself(session, row)
    _check_appointment(session, Role(row.role))
    _keep_an_owner(session, row)
    _shut_out(session, row)


USERS = Resource(
    name="users",
    one="user",
    area="users",
    about="The people of the tenant, with their roles. They come by invitation.",
    table=User,
    out=UserOut,
    verbs=frozenset({"list", "get"}),
    searched=SEARCHED,
    filters={
        "role": Filter(kind=Role, where=lambda value: User.role == str(value)),
        "status": Filter(kind=Literal["active", "invited", "disabled"], where=lambda value: User.status == value),
    },
    sorts={"name": User.name},
    rules=Rules(
        on_update=lambda session, row, fields: _on_update(session, row, fields=fields),
        on_delete=_on_delete,
    ),
)
