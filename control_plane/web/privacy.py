"""What persons may ask for, over HTTP: told all that is kept about them, erased."""

from typing import Annotated, Any

from pydantic import BaseModel, Field
from quart import Blueprint
from quart_schema import document_response, validate_querystring, validate_request

from control_plane.resources.contacts.privacy import REQUESTS, PersonOut, PrivacyEraseIn, PrivacyRequestOut
from control_plane.resources.crud import Query
from control_plane.web.current import gateway
from control_plane.web.needs import needs, who
from control_plane.web.operation import called, fails
from control_plane.web.resources import told
from control_plane.web.schemas import Cursor, PageLimit

blueprint = Blueprint("privacy", __name__)


class PrivacyRequestQuery(BaseModel):
    """Which page."""

    limit: PageLimit = 50
    cursor: Cursor = ""


class PrivacyRequestPage(BaseModel):
    """Receipts, newest first; `next_cursor` is empty at the end."""

    items: list[PrivacyRequestOut]
    next_cursor: str


class PersonQuery(BaseModel):
    """About whom."""

    contact_id: Annotated[str, Field(min_length=1, max_length=64)]


@blueprint.post("/api/privacy/erase")
@needs("privacy:write")
@called("erase_person")
@fails("unknown_contact")
@validate_request(PrivacyEraseIn)
@document_response(PrivacyRequestOut, 202)
async def erase(data: PrivacyEraseIn) -> Any:
    """Erase what is kept about a person; the answer is the receipt, the work goes on after it. Calls and orders stay
    for the figures, without anything about the person; that a number must not be called stays too."""
    request = await gateway().contacts.privacy.erase(who(), data)
    answer = told(request, status=202)
    answer.headers["Location"] = f"/api/privacy/requests/{request.id}"
    return answer


@blueprint.get("/api/privacy/requests")
@needs("privacy:read")
@called("list_privacy_requests")
@validate_querystring(PrivacyRequestQuery)
@document_response(PrivacyRequestPage)
async def requests(query_args: PrivacyRequestQuery) -> Any:
    """Page by page: what was asked in the name of persons, and what was done."""
    wanted = Query(limit=query_args.limit, cursor=query_args.cursor)
    page = await gateway().business.page(who(), REQUESTS, query=wanted)
    items = [item for item in page.items if isinstance(item, PrivacyRequestOut)]
    return told(PrivacyRequestPage(items=items, next_cursor=page.next_cursor))


@blueprint.get("/api/privacy/requests/<row_id>")
@needs("privacy:read")
@called("get_privacy_request")
@fails("unknown_privacy_request")
@document_response(PrivacyRequestOut)
async def one(row_id: str) -> Any:
    """A receipt: how much of each kind was erased."""
    found, version = await gateway().business.get(who(), REQUESTS, row_id=row_id)
    return told(found, version=version)


@blueprint.get("/api/privacy/export")
@needs("privacy:read")
@called("export_person")
@fails("unknown_contact")
@validate_querystring(PersonQuery)
@document_response(PersonOut)
async def export(query_args: PersonQuery) -> Any:
    """All that is kept about a contact: numbers, lists, changes, calls with what was said."""
    answer = told(await gateway().contacts.privacy.export(who(), query_args.contact_id))
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Content-Disposition"] = 'attachment; filename="person.json"'
    return answer
