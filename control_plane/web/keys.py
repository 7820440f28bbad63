"""API keys: made, replaced, revoked; what permissions there are."""

from typing import Any

from pydantic import BaseModel
from quart import Blueprint, Response
from quart_schema import document_response, validate_request, validate_response

from control_plane.core.people.permission_texts import MEANINGS, table
from control_plane.resources.keys import KeyIn, KeyMade, KeyRotationIn
from control_plane.web.current import gateway
from control_plane.web.needs import SIGNED_IN, asked_version, needs, who
from control_plane.web.operation import area, called, fails, gives, takes
from control_plane.web.resources import told
from control_plane.web.view_schemas import Nothing

HEADING = area("Keys", "Keys for programs: what each may do, and when it was last used.")

blueprint = Blueprint("key_secrets", __name__)


class PermissionOut(BaseModel):
    """A permission, in plain words."""

    name: str
    en: str
    es: str


class RoleOut(BaseModel):
    """A role, and what it may."""

    name: str
    permissions: list[str]


class PermissionsOut(BaseModel):
    """All permissions, which of them each role has, and which whoever asks has."""

    permissions: list[PermissionOut]
    roles: list[RoleOut]
    """From the most to the least powerful."""
    own: list[str]


@blueprint.get("/api/permissions")
@HEADING
@called("list_permissions")
@needs(SIGNED_IN)
@validate_response(PermissionsOut)
async def permissions() -> PermissionsOut:
    """What may be permitted, and to whom it is."""
    return PermissionsOut(
        permissions=[PermissionOut(name=each.name, en=each.en, es=each.es) for each in MEANINGS],
        roles=[RoleOut(name=str(role), permissions=list(names)) for role, names in table().items()],
        own=sorted(who().permissions),
    )


@blueprint.post("/api/keys")
@HEADING
@called("create_key")
@gives("ETag", "Location")
@needs("keys:write")
@validate_request(KeyIn)
@document_response(KeyMade, 201)
async def create(data: KeyIn) -> Any:
    """Make a key.

    `key` in the answer is its secret: it is told this once and cannot be read again. Its scopes have to be among the
    permissions of whoever makes it, and shrink with these.
    """
    made = await gateway().key_ring.make(who(), data)
    answer = _secret(made, status=201)
    answer.headers["Location"] = f"/api/keys/{made.id}"
    return answer


@blueprint.post("/api/keys/<row_id>/rotate")
@HEADING
@called("rotate_key")
@fails("unknown_key", "key_revoked", "version_mismatch")
@takes("If-Match")
@gives("ETag")
@needs("keys:write")
@validate_request(KeyRotationIn)
@document_response(KeyMade)
async def rotate(row_id: str, data: KeyRotationIn) -> Any:
    """Give a key a new secret.

    The old secret ends at once, or after `grace_s`. Whoever does this is its maker from now on.
    """
    made = await gateway().key_ring.rotate(who(), row_id, grace_s=data.grace_s, version=asked_version())
    return _secret(made)


@blueprint.delete("/api/keys/<row_id>")
@HEADING
@called("revoke_key")
@fails("unknown_key", "version_mismatch")
@takes("If-Match")
@needs("keys:write")
@document_response(Nothing, 204)
async def revoke(row_id: str) -> Any:
    """Revoke a key. It opens nothing from now on, and stays in the list."""
    await gateway().key_ring.revoke(who(), row_id, version=asked_version())
    return "", 204


def _secret(made: KeyMade, *, status: int = 200) -> Response:
    """Nobody on the way keeps it."""
    answer = told(made, version=made.version, status=status)
    answer.headers["Cache-Control"] = "no-store"
    return answer
