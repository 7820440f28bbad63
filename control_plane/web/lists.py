"""Who stands on a list, over HTTP; lists themselves have generated routes."""

import json
from collections.abc import AsyncIterator
from typing import Any, Final

from pydantic import BaseModel
from quart import Blueprint
from quart_schema import document_response, validate_querystring, validate_request

from control_plane.core.people.principal import Principal
from control_plane.resources.contacts.schemas import (
    ListMemberOut,
    ListMembersChanged,
    ListMembersIn,
    ListMembersRemoveIn,
)
from control_plane.resources.crud import MAX_PAGE, Page
from control_plane.services.gateway import Gateway
from control_plane.web.contacts import COLUMNS, EXPORT_ROWS, row_of
from control_plane.web.csv_text import attached, lines
from control_plane.web.current import gateway
from control_plane.web.needs import needs, who
from control_plane.web.operation import called, fails
from control_plane.web.resources import told
from control_plane.web.schemas import Cursor, PageLimit
from control_plane.web.view_schemas import Csv, Nothing

blueprint = Blueprint("list_members", __name__)

MEMBER_COLUMNS: Final = (*COLUMNS, "variables")


class ListMembersQuery(BaseModel):
    """Which page."""

    limit: PageLimit = 50
    cursor: Cursor = ""


class ListMemberPage(BaseModel):
    """Contacts of a list with their variables; `next_cursor` is empty at the end."""

    items: list[ListMemberOut]
    next_cursor: str


@blueprint.get("/api/lists/<row_id>/members")
@needs("contacts:read")
@called("list_members")
@fails("unknown_list")
@validate_querystring(ListMembersQuery)
@document_response(ListMemberPage)
async def members(row_id: str, query_args: ListMembersQuery) -> Any:
    """Page by page."""
    page = await gateway().contacts.book.members(who(), row_id, after=query_args.cursor, limit=query_args.limit)
    items = [item for item in page.items if isinstance(item, ListMemberOut)]
    return told(ListMemberPage(items=items, next_cursor=page.next_cursor))


@blueprint.post("/api/lists/<row_id>/members")
@needs("contacts:write")
@called("add_list_members")
@fails("unknown_list", "conflict")
@validate_request(ListMembersIn)
@document_response(ListMembersChanged)
async def add(row_id: str, data: ListMembersIn) -> Any:
    """Put contacts on a list, all or none; of those that are on it the variables are replaced."""
    return told(await gateway().contacts.book.put_on_list(who(), row_id, asked=data))


@blueprint.post("/api/lists/<row_id>/members/remove")
@needs("contacts:write")
@called("remove_list_members")
@fails("unknown_list")
@validate_request(ListMembersRemoveIn)
@document_response(ListMembersChanged)
async def remove_many(row_id: str, data: ListMembersRemoveIn) -> Any:
    """Take contacts off a list; the contacts stay."""
    return told(await gateway().contacts.book.take_off_list(who(), row_id, asked=data))


@blueprint.delete("/api/lists/<row_id>/members/<contact_id>")
@needs("contacts:write")
@called("remove_list_member")
@fails("unknown_list")
@document_response(Nothing, 204)
async def remove(row_id: str, contact_id: str) -> Any:
    """Take a contact off a list; the contact stays. Who is not on it is no fault."""
    asked = ListMembersRemoveIn.model_construct(contact_ids=[contact_id])
    await gateway().contacts.book.take_off_list(who(), row_id, asked=asked)
    return "", 204


@blueprint.get("/api/lists/<row_id>/members.csv")
@needs("contacts:read")
@called("export_list_members")
@fails("unknown_list")
@document_response(Csv)
async def export(row_id: str) -> Any:
    """The same as a table for spreadsheets, at most 200,000 rows, the variables as JSON."""
    here, asker = gateway(), who()
    first = await here.contacts.book.members(asker, row_id, after="", limit=MAX_PAGE)
    return attached(_table(here, asker, list_id=row_id, page=first), filename="members.csv")


async def _table(here: Gateway, asker: Principal, *, list_id: str, page: Page) -> AsyncIterator[bytes]:
    yield lines([MEMBER_COLUMNS])
    for _ in range(EXPORT_ROWS // MAX_PAGE):
        members = [item for item in page.items if isinstance(item, ListMemberOut)]
        yield lines([*row_of(each.contact), json.dumps(each.variables, ensure_ascii=False)] for each in members)
        if not page.next_cursor:
            return
        page = await here.contacts.book.members(asker, list_id, after=page.next_cursor, limit=MAX_PAGE)
