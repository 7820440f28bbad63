"""What is done with bots beyond the routes that every resource has: publishing, switching, copying, comparing."""

from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from quart import Blueprint, Response, request
from quart_schema import document_response, validate_querystring, validate_request

from control_plane.resources.bots import actions
from control_plane.resources.bots.actions import BotCloneIn, Which
from control_plane.resources.bots.resource import BotOut
from control_plane.resources.difference import DiffOut
from control_plane.resources.versioned import PublishIn, RollbackIn, VersionList, VersionOut
from control_plane.web.access import READING
from control_plane.web.current import gateway
from control_plane.web.needs import asked_version, needs, who
from control_plane.web.operation import called, fails, gives, takes
from control_plane.web.resources import asked, told

CONCERNS_CALLS: Final = ("bots", "bot_actions", "numbers")
"""Blueprints whose changes calls have to hear of."""

blueprint = Blueprint("bot_actions", __name__)

Side = Annotated[
    str,
    StringConstraints(pattern=r"^(draft|[1-9]\d{0,5})$"),
    Field(description="The number of a version, or `draft`."),
]


class DiffQuery(BaseModel):
    """What is compared with what."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    before: Annotated[Side, Field(alias="from")]
    after: Annotated[Side, Field(alias="to")] = "draft"


@blueprint.after_app_request
async def tell_calls(response: Response) -> Response:
    """What was changed here counts for the next call, in every process."""
    changed = request.blueprint in CONCERNS_CALLS and request.method not in READING
    if changed and response.status_code < 400:
        await gateway().bots.book.forget()
    return response


@blueprint.post("/api/bots/<row_id>/activate")
@needs("bots:write")
@called("activate_bot")
@fails("unknown_voice_bot", "not_published", "version_mismatch")
@takes("If-Match")
@gives("ETag")
@document_response(BotOut)
async def activate(row_id: str) -> Any:
    """Let the bot take calls again."""
    return await _switch(row_id, active=True)


@blueprint.post("/api/bots/<row_id>/deactivate")
@needs("bots:write")
@called("deactivate_bot")
@fails("unknown_voice_bot", "not_published", "version_mismatch")
@takes("If-Match")
@gives("ETag")
@document_response(BotOut)
async def deactivate(row_id: str) -> Any:
    """Let the bot take no more calls.

    Those that run go on. Its numbers are answered by the tenant's standard bot.
    """
    return await _switch(row_id, active=False)


@blueprint.post("/api/bots/<row_id>/clone")
@needs("bots:write")
@called("clone_bot")
@fails("unknown_voice_bot", "conflict", "idempotency_key_reused")
@takes("Idempotency-Key")
@gives("Location")
@validate_request(BotCloneIn)
@document_response(BotOut, 201)
async def clone(row_id: str, data: BotCloneIn) -> Any:
    """Make a new bot with the same draft; it is not published."""
    work = actions.clone(Which(bot_id=row_id), data)
    answer = await gateway().business.once(who(), await asked("clone bot"), work=work)
    return answer, 201, {"Location": f"/api/bots/{answer['id']}"}


@blueprint.get("/api/bots/<row_id>/versions")
@needs("bots:read")
@called("list_bot_versions")
@fails("unknown_voice_bot")
@document_response(VersionList)
async def versions(row_id: str) -> Any:
    """The published versions, the newest first, without their documents."""
    return told(VersionList(items=list(await gateway().business.ask(who(), actions.versions(row_id)))))


@blueprint.get("/api/bots/<row_id>/versions/<int:number>")
@needs("bots:read")
@called("get_bot_version")
@fails("unknown_voice_bot", "unknown_version")
@document_response(VersionOut)
async def version(row_id: str, number: int) -> Any:
    """One published version with its document."""
    return told(await gateway().business.ask(who(), actions.version(row_id, number)))


@blueprint.post("/api/bots/<row_id>/publish")
@needs("bots:write")
@called("publish_bot")
@fails("unknown_voice_bot", "version_mismatch", "changed_meanwhile", "conflict")
@takes("If-Match")
@validate_request(PublishIn)
@document_response(VersionOut)
async def publish(row_id: str, data: PublishIn) -> Any:
    """Make the draft the next version, which calls use from now on.

    Calls that run keep the version they began with. A bot that had no version becomes active; one that was switched
    off stays off. A draft with faults is refused with the path of each.
    """
    which = Which(bot_id=row_id, version=asked_version())
    return told(await gateway().business.act(who(), actions.publish(which, data)))


@blueprint.post("/api/bots/<row_id>/rollback")
@needs("bots:write")
@called("roll_bot_back")
@fails("unknown_voice_bot", "unknown_version", "version_mismatch", "changed_meanwhile", "conflict")
@takes("If-Match")
@validate_request(RollbackIn)
@document_response(VersionOut)
async def rollback(row_id: str, data: RollbackIn) -> Any:
    """Publish once more what an earlier version says, as a new version; the draft stays as it is."""
    which = Which(bot_id=row_id, version=asked_version())
    return told(await gateway().business.act(who(), actions.rollback(which, data)))


@blueprint.get("/api/bots/<row_id>/diff")
@needs("bots:read")
@called("compare_bot_versions")
@fails("unknown_voice_bot", "unknown_version")
@validate_querystring(DiffQuery)
@document_response(DiffOut)
async def diff(row_id: str, query_args: DiffQuery) -> Any:
    """What differs between two versions, or between one and the draft: path, before, after."""
    work = actions.compared(row_id, _number(query_args.before), after=_number(query_args.after))
    return told(await gateway().business.ask(who(), work))


async def _switch(bot_id: str, *, active: bool) -> Response:
    which = Which(bot_id=bot_id, version=asked_version())
    found, now_at = await gateway().business.act(who(), actions.switch(which, active=active))
    return told(found, version=now_at)


def _number(side: str) -> int | None:
    return None if side == "draft" else int(side)
