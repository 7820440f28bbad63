"""Numbers that must not be called, over HTTP; they are listed by generated routes."""

from typing import Annotated, Any

from pydantic import BaseModel, Field
from quart import Blueprint
from quart_schema import document_response, validate_querystring, validate_request

from control_plane.resources.contacts.schemas import (
    DoNotCallChanged,
    DoNotCallCheck,
    DoNotCallIn,
    DoNotCallRemoveIn,
)
from control_plane.web.current import gateway
from control_plane.web.needs import needs, who
from control_plane.web.operation import called, fails, takes
from control_plane.web.resources import asked, told

blueprint = Blueprint("do_not_call", __name__)


class CheckQuery(BaseModel):
    """Which number."""

    number: Annotated[str, Field(min_length=1, max_length=40, description="In any way of writing.")]


@blueprint.post("/api/do-not-call")
@needs("contacts:write")
@called("add_do_not_call")
@takes("Idempotency-Key")
@fails("conflict", "idempotency_key_reused")
@validate_request(DoNotCallIn)
@document_response(DoNotCallChanged, 201)
async def add(data: DoNotCallIn) -> Any:
    """Put numbers on the list of those that are never called, with or without a contact."""
    return await gateway().contacts.book.suppress(who(), data, ask=await asked("add do-not-call")), 201


@blueprint.post("/api/do-not-call/remove")
@needs("contacts:write")
@called("remove_do_not_call")
@validate_request(DoNotCallRemoveIn)
@document_response(DoNotCallChanged)
async def remove(data: DoNotCallRemoveIn) -> Any:
    """Allow numbers to be called again. The reason is noted in the audit log."""
    return told(await gateway().contacts.book.allow(who(), data))


@blueprint.get("/api/do-not-call/check")
@needs("contacts:read")
@called("check_do_not_call")
@validate_querystring(CheckQuery)
@document_response(DoNotCallCheck)
async def check(query_args: CheckQuery) -> Any:
    """Whether a number may be called."""
    return told(await gateway().contacts.book.check(who(), query_args.number))
