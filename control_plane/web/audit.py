"""The audit log, page by page and as a table."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field
from quart import Blueprint
from quart_schema import document_response, validate_querystring

from control_plane.core.people.principal import Principal
from control_plane.resources.audit_log import AuditOut, AuditQuery, page
from control_plane.resources.fields import Line, Moment
from control_plane.services.business import Business
from control_plane.web.csv_text import attached, lines
from control_plane.web.current import gateway
from control_plane.web.needs import needs, who
from control_plane.web.operation import area, called
from control_plane.web.resources import told
from control_plane.web.schemas import Cursor, PageLimit
from control_plane.web.view_schemas import Csv

HEADING = area("Audit log", "Who changed what, from what to what, and from where. Nobody can change it.")

EXPORT_PAGE: Final = 500
EXPORT_ROWS: Final = 100_000

PLAIN: Final = ("at", "actor_kind", "actor_id", "actor_name", "address", "action", "resource", "row_id")

blueprint = Blueprint("audit", __name__)


class AuditSieve(BaseModel):
    """Which entries; what is left out does not filter."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    actor_id: Annotated[Line, Field(description="Id of the user or key.")] = ""
    action: Annotated[Line, Field(description="`create`, `update`, `delete`, or a deed such as `login`.")] = ""
    resource: Annotated[Line, Field(description="Name of the table: `products`.")] = ""
    row_id: Line = ""
    since: Annotated[Moment | None, Field(alias="from", description="Then or later, unix seconds.")] = None
    until: Annotated[Moment | None, Field(alias="to", description="Before then, unix seconds.")] = None

    def wanted(self) -> AuditQuery:
        return AuditQuery(**{name: getattr(self, name) for name in AuditSieve.model_fields})


class AuditPageQuery(AuditSieve):
    """Which entries, and which page of them."""

    limit: PageLimit = 50
    cursor: Cursor = ""


class AuditPage(BaseModel):
    """A page of the log, the newest first; `next_cursor` is empty at the end."""

    items: Sequence[AuditOut]
    next_cursor: str


@blueprint.get("/api/audit")
@HEADING
@called("list_audit_entries")
@needs("audit:read")
@validate_querystring(AuditPageQuery)
@document_response(AuditPage)
async def entries(query_args: AuditPageQuery) -> Any:
    """What was done, the newest first."""
    query = replace(query_args.wanted(), limit=query_args.limit, cursor=query_args.cursor)
    items, cursor = await gateway().business.ask(who(), lambda session: page(session, query))
    return told(AuditPage(items=items, next_cursor=cursor))


@blueprint.get("/api/audit.csv")
@HEADING
@called("export_audit_log")
@needs("audit:read")
@validate_querystring(AuditSieve)
@document_response(Csv)
async def export(query_args: AuditSieve) -> Any:
    """The same as a table for spreadsheets, at most 100,000 rows. A cell that one could take for a formula begins with
    an apostrophe."""
    query = replace(query_args.wanted(), limit=EXPORT_PAGE)
    return attached(_table(gateway().business, who(), query=query), filename="audit.csv")


async def _table(business: Business, asking: Principal, *, query: AuditQuery) -> AsyncIterator[bytes]:
    yield lines([("id", *PLAIN, "before", "after")])
    for _ in range(EXPORT_ROWS // EXPORT_PAGE):
        items, cursor = await business.ask(asking, lambda session, query=query: page(session, query))  # type: ignore[misc]
        yield lines(_row(item) for item in items)
        if not cursor:
            return
        query = replace(query, cursor=cursor)


def _row(item: AuditOut) -> Sequence[Any]:
    changes = (
        json.dumps(each, ensure_ascii=False, sort_keys=True) if each else "" for each in (item.before, item.after)
    )
    return (item.id, *(getattr(item, name) for name in PLAIN), *changes)
