"""What is done with contacts over HTTP, beyond what every resource has."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, create_model
from quart import Blueprint
from quart_schema import document_response, validate_querystring, validate_request

from control_plane.core.people.principal import Principal
from control_plane.core.refusals import Refused
from control_plane.resources.contacts.contacts import CONTACTS
from control_plane.resources.contacts.schemas import ContactIn, ContactMergeIn, ContactOut
from control_plane.resources.crud import MAX_PAGE, Page, Query
from control_plane.services.business import Change
from control_plane.services.gateway import Gateway
from control_plane.web.csv_text import attached, lines
from control_plane.web.current import gateway
from control_plane.web.needs import asked_version, needs, who
from control_plane.web.operation import called, fails, gives, takes
from control_plane.web.resources import asked, etag, partial, told
from control_plane.web.schemas import Cursor, PageLimit
from control_plane.web.view_schemas import Csv

EXPORT_ROWS: Final = 200_000

COLUMNS: Final = ("name", "number", "other numbers", "email", "zone", "language", "tags", "note", "consent")

blueprint = Blueprint("contact_book", __name__)

ContactChanges = partial(ContactIn)

_sieve: dict[str, Any] = {
    name: (Annotated[each.kind | None, Field(description=each.description or f"Only with this {name}.")], None)
    for name, each in CONTACTS.filters.items()
}
_sieve["q"] = (Annotated[str, Field(max_length=100, description="Words, as they begin or go on.")], "")

ContactSieve = create_model(
    "ContactSieve",
    __config__=ConfigDict(extra="forbid"),
    __doc__="Which contacts; what is left out does not filter.",
    **_sieve,
)


class HappeningOut(BaseModel):
    """Something that happened with a contact: a `call`, an `order`, a place on a `list`, …"""

    at: float
    kind: str
    id: str
    body: dict[str, Any]


class ContactTimeline(BaseModel):
    """What happened with a contact, newest first; `next_cursor` is empty at the end."""

    items: list[HappeningOut]
    next_cursor: str


class TimelineQuery(BaseModel):
    """Which page."""

    limit: PageLimit = 50
    cursor: Cursor = ""


@blueprint.post("/api/contacts")
@needs("contacts:write")
@called("create_contact")
@takes("Idempotency-Key")
@gives("ETag")
@fails("number_taken", "conflict", "idempotency_key_reused")
@validate_request(ContactIn)
@document_response(ContactOut, 201)
async def create(data: ContactIn) -> Any:
    """Make a new contact. Numbers are taken in any way of writing; the first one tells the time zone."""
    answer = await gateway().contacts.book.create(who(), data, ask=await asked("create contacts"))
    return answer, 201, {"Location": f"/api/contacts/{answer['id']}", **etag(answer["version"])}


@blueprint.patch("/api/contacts/<row_id>")
@needs("contacts:write")
@called("update_contact")
@takes("If-Match")
@gives("ETag")
@fails("unknown_contact", "number_taken", "conflict", "version_mismatch", "changed_meanwhile")
@validate_request(ContactChanges)
@document_response(ContactOut)
async def update(row_id: str, data: Any) -> Any:
    """Change some fields of a contact; those that are not sent stay. `numbers` replaces all of them."""
    fields = {name: getattr(data, name) for name in data.model_fields_set}
    if not fields:
        raise Refused("invalid", "Nothing to change was sent.")
    change = Change(row_id=row_id, fields=fields, version=asked_version())
    found, version = await gateway().contacts.book.update(who(), change)
    return told(found, version=version)


@blueprint.post("/api/contacts/merge")
@needs("contacts:write")
@called("merge_contacts")
@gives("ETag")
@fails("unknown_contact", "changed_meanwhile")
@validate_request(ContactMergeIn)
@document_response(ContactOut)
async def merge(data: ContactMergeIn) -> Any:
    """Make one contact of several: numbers, tags, attributes, places on lists and orders go to the one that is kept."""
    found, version = await gateway().contacts.book.merge(who(), data)
    return told(found, version=version)


@blueprint.get("/api/contacts/<row_id>/timeline")
@needs("contacts:read")
@called("contact_timeline")
@fails("unknown_contact")
@validate_querystring(TimelineQuery)
@document_response(ContactTimeline)
async def timeline(row_id: str, query_args: TimelineQuery) -> Any:
    """What happened with a contact, newest first: calls by any of its numbers, orders, lists."""
    found, cursor = await gateway().contacts.book.timeline(
        who(), row_id, cursor=query_args.cursor, limit=query_args.limit
    )
    items = [HappeningOut(at=each.at, kind=each.kind, id=each.id, body=dict(each.body)) for each in found]
    return told(ContactTimeline(items=items, next_cursor=cursor))


@blueprint.get("/api/contacts.csv")
@needs("contacts:read")
@called("export_contacts")
@validate_querystring(ContactSieve)
@document_response(Csv)
async def export(query_args: Any) -> Any:
    """The same as a table for spreadsheets, which can be imported again; at most 200,000 rows. A cell that one could
    take for a formula begins with an apostrophe."""
    given = query_args.model_dump()
    text = given.pop("q")
    wanted = Query(filters=given, text=text, sort="created_at", limit=MAX_PAGE)
    here, asker = gateway(), who()
    first = await here.business.page(asker, CONTACTS, query=wanted)
    return attached(_table(here, asker, wanted=wanted, page=first), filename="contacts.csv")


async def _table(here: Gateway, asker: Principal, *, wanted: Query, page: Page) -> AsyncIterator[bytes]:
    yield lines([COLUMNS])
    for _ in range(EXPORT_ROWS // MAX_PAGE):
        yield lines([row_of(contact) for contact in page.items if isinstance(contact, ContactOut)])
        if not page.next_cursor:
            return
        page = await here.business.page(asker, CONTACTS, query=replace(wanted, cursor=page.next_cursor))


def row_of(contact: ContactOut) -> list[str]:
    """Cells of COLUMNS."""
    numbers = [number.e164 for number in contact.numbers]
    return [
        contact.name,
        *(numbers[:1] or [""]),
        " | ".join(numbers[1:]),
        contact.email,
        contact.zone,
        contact.language,
        ", ".join(contact.tags),
        contact.note,
        contact.consent.basis,
    ]
