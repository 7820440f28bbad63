"""People of the tenant: invited, changed, signed out and removed by others. Lists follow from the resource."""

from typing import Any, Final

from pydantic import BaseModel
from quart import Blueprint
from quart_schema import document_response, validate_request

from control_plane.core.refusals import Refused
from control_plane.resources.users import UserIn, UserInviteIn, UserOut
from control_plane.services.business import Change
from control_plane.web.current import gateway
from control_plane.web.needs import asked_version, needs, who
from control_plane.web.operation import area, called, fails, gives, takes
from control_plane.web.resources import partial, told
from control_plane.web.view_schemas import Nothing

HEADING = area("Users", "The people of the tenant, with their roles. They come by invitation.")

CHANGES: Final = partial(UserIn)

blueprint = Blueprint("staff", __name__)


@blueprint.post("/api/users/invite")
@HEADING
@called("invite_user")
@fails("email_taken", "too_many_letters")
@gives("ETag", "Location")
@needs("users:write")
@validate_request(UserInviteIn)
@document_response(UserOut, 201)
async def invite(data: UserInviteIn) -> Any:
    """Invite somebody.

    They get a letter with a link that is good once, for 7 days; until they follow it their status is `invited`. Nobody
    can invite to a role above their own.
    """
    found, version = await gateway().invitations.invite(who(), data)
    answer = told(found, version=version, status=201)
    answer.headers["Location"] = f"/api/users/{found.id}"
    return answer


@blueprint.post("/api/users/<row_id>/invite")
@HEADING
@called("invite_user_again")
@fails("unknown_user", "not_invited", "too_many_letters")
@gives("ETag")
@needs("users:write")
@document_response(UserOut)
async def invite_again(row_id: str) -> Any:
    """Send the invitation again.

    With a new link; the one before is good no more.
    """
    found, version = await gateway().invitations.again(who(), row_id)
    return told(found, version=version)


@blueprint.post("/api/users/<row_id>/sign-out")
@HEADING
@called("sign_user_out")
@fails("unknown_user")
@needs("users:write")
@document_response(Nothing, 204)
async def sign_out(row_id: str) -> Any:
    """Sign somebody out everywhere."""
    await gateway().staff.sign_out(who(), row_id)
    return "", 204


@blueprint.patch("/api/users/<row_id>")
@HEADING
@called("change_user")
@fails("unknown_user", "last_owner", "not_yourself", "version_mismatch", "changed_meanwhile")
@takes("If-Match")
@gives("ETag")
@needs("users:write")
@validate_request(CHANGES)
@document_response(UserOut)
async def change(row_id: str, data: BaseModel) -> Any:
    """Change some fields of a user; those that are not sent stay.

    Who is disabled is signed out at once. Nobody changes their own role or status, only owners change owners, and the
    last active owner stays one.
    """
    fields = data.model_dump(exclude_unset=True)
    if not fields:
        raise Refused("invalid", "Nothing to change was sent.")
    wanted = Change(row_id=row_id, fields=fields, version=asked_version())
    found, version = await gateway().staff.change(who(), wanted)
    return told(found, version=version)


@blueprint.delete("/api/users/<row_id>")
@HEADING
@called("delete_user")
@fails("unknown_user", "last_owner", "not_yourself", "version_mismatch", "changed_meanwhile")
@takes("If-Match")
@needs("users:write")
@document_response(Nothing, 204)
async def delete(row_id: str) -> Any:
    """Remove somebody. Their keys open nothing from then on."""
    await gateway().staff.remove(who(), row_id, version=asked_version())
    return "", 204
