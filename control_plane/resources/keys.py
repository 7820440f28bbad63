"""The API keys of a tenant: made, shown without their secret, replaced and revoked."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from control_plane.core.people.permissions import ALL
from control_plane.core.people.principal import Kind
from control_plane.core.refusals import Refused, invalid, unknown
from control_plane.ports.people import NewApiKey
from control_plane.ports.tenancy import now, who
from control_plane.resources import audit
from control_plane.resources.crud import check_version, folded
from control_plane.resources.fields import Moment, Name
from control_plane.resources.people.tables import ApiKey
from control_plane.resources.resource import Filter, Resource

LONGEST_GRACE_S = 86_400


class KeyIn(BaseModel):
    """A key for a program. It can do what its scopes say, as far as whoever makes it may."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"name": "CRM", "scopes": ["contacts:read", "contacts:write"]}]},
    )

    name: Name
    scopes: Annotated[list[str], Field(min_length=1, max_length=100, description="See `/api/permissions`.")]
    expires_at: Moment | None = None


class KeyNameIn(BaseModel):
    """What may be changed of a key."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"name": "CRM of the north"}]})

    name: Name


class KeyRotationIn(BaseModel):
    """How a key gets a new secret."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"grace_s": 3600}]})

    grace_s: int = Field(
        default=0,
        ge=0,
        le=LONGEST_GRACE_S,
        description="So long the old secret goes on working, as a key of its own in the list; 0: it ends at once.",
    )


class KeyOut(BaseModel):
    """An API key, without its secret. `prefix` is how its secret begins."""

    id: str
    name: str
    prefix: str
    scopes: list[str]
    made_by: str
    """Id of the user; empty: whoever runs the installation."""
    expires_at: float | None
    last_used_at: float | None
    revoked_at: float | None
    version: int
    created_at: float
    updated_at: float


class KeyMade(KeyOut):
    """A key with its secret, which is told this once."""

    key: str


def make(session: Session, data: KeyIn, *, fresh: NewApiKey) -> KeyMade:
    """Raises Refused for scopes that do not exist or that whoever asks has not."""
    _check_scopes(session, data.scopes)
    if data.expires_at is not None and data.expires_at <= now(session):
        raise invalid("expires_at", "that is over")
    row = ApiKey(
        name=data.name,
        words=folded(data.name),
        prefix=fresh.prefix,
        hash=fresh.hash,
        scopes=sorted(set(data.scopes)),
        made_by=_maker(session),
        expires_at=_no_later(data.expires_at, _own_end(session)),
        last_used_at=None,
        revoked_at=None,
    )
    session.add(row)
    session.flush()
    return _with_secret(row, fresh)


def rotate(
    session: Session, key_id: str, *, fresh: NewApiKey, grace_s: int, version: int | None
) -> tuple[KeyMade, str]:
    """The key with a new secret, and the prefix that it had. Raises Refused.

    Whoever gets the secret is its maker from now on: it can do no more than they may.
    """
    row = _one(session, key_id)
    check_version(row, version)
    if row.revoked_at is not None:
        raise Refused("key_revoked", "Make a new one.")
    _check_scopes(session, row.scopes)
    old = ApiKey(
        name=row.name,
        words=row.words,
        prefix=row.prefix,
        hash=row.hash,
        scopes=list(row.scopes),
        made_by=row.made_by,
        expires_at=_no_later(row.expires_at, now(session) + grace_s),
        last_used_at=row.last_used_at,
        revoked_at=None,
    )
    row.prefix, row.hash, row.made_by, row.last_used_at = fresh.prefix, fresh.hash, _maker(session), None
    row.expires_at = _no_later(row.expires_at, _own_end(session))
    session.flush()
    if grace_s:
        session.add(old)
    audit.note(session, "rotate", resource="api_keys", row_id=row.id, after={"grace_s": grace_s})
    return _with_secret(row, fresh), old.prefix


def revoke(session: Session, key_id: str, *, version: int | None) -> str:
    """It opens nothing from now on; it stays in the list. Its prefix. Raises Refused."""
    row = _one(session, key_id)
    check_version(row, version)
    if row.revoked_at is None:
        row.revoked_at = now(session)
    return row.prefix


def _one(session: Session, key_id: str) -> ApiKey:
    row = session.get(ApiKey, key_id)
    if row is None:
        raise unknown("key")
    return row


def _check_scopes(session: Session, scopes: list[str]) -> None:
    strange = sorted(set(scopes) - ALL)
    if strange:
        raise invalid("scopes", f"there is no such permission: {', '.join(strange)[:200]}")
    missing = sorted(set(scopes) - who(session).permissions)
    if missing:
        raise Refused("not_allowed", f"Nobody can hand out what they do not have: {', '.join(missing)}.")


def _maker(session: Session) -> str:
    """The person behind it: a key that is made with a key belongs to whoever made that one."""
    asking = who(session)
    if asking.kind is Kind.KEY:
        return _one(session, asking.id).made_by
    return asking.id


def _own_end(session: Session) -> float | None:
    """A key cannot outlive itself by making others."""
    asking = who(session)
    return _one(session, asking.id).expires_at if asking.kind is Kind.KEY else None


def _no_later(wanted: float | None, end: float | None) -> float | None:
    ends = [each for each in (wanted, end) if each is not None]
    return min(ends) if ends else None


def _with_secret(row: ApiKey, fresh: NewApiKey) -> KeyMade:
    shown = KeyOut.model_validate(row, from_attributes=True)
    return KeyMade(**shown.model_dump(), key=fresh.key)


KEYS = Resource(
    name="keys",
    one="key",
    area="keys",
    about="Keys for programs: what each may do, and when it was last used.",
    table=ApiKey,
    out=KeyOut,
    update=KeyNameIn,
    verbs=frozenset({"list", "get", "update"}),
    searched=("name",),
    filters={
        "revoked": Filter(
            kind=bool,
            where=lambda value: ApiKey.revoked_at.is_not(None) if value else ApiKey.revoked_at.is_(None),
        )
    },
    sorts={"name": ApiKey.name},
)
