"""Files of contacts handed in over HTTP; imports are listed by generated routes."""

import asyncio
import json
from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field
from quart import Blueprint, Request, request
from quart_schema import document_response, validate_querystring

from control_plane.core.people.principal import Principal
from control_plane.core.refusals import Refused, invalid
from control_plane.resources.contacts import importing
from control_plane.resources.contacts.imports import IMPORTS, ImportJobOut
from control_plane.resources.contacts.schemas import Basis
from control_plane.resources.fields import Line
from control_plane.services.contacts.csv_dialect import SAMPLE_BYTES
from control_plane.services.contacts.imports import ImportOrder
from control_plane.services.gateway import Gateway
from control_plane.web.csv_text import attached, lines
from control_plane.web.current import gateway
from control_plane.web.json_body import UnreadableBody
from control_plane.web.needs import needs, who
from control_plane.web.operation import called, fails
from control_plane.web.resources import told
from control_plane.web.view_schemas import Csv

PATIENCE_S: Final = 30.0
"""For the next piece of a file."""

FORM_PATIENCE_S: Final = 600
"""For a whole form."""

READ_BYTES: Final = 256 * 1024

blueprint = Blueprint("import_files", __name__)


class ImportQuery(BaseModel):
    """How the file is to be read."""

    model_config = ConfigDict(extra="forbid")

    list_id: Annotated[Line, Field(description="Put the contacts on this list.")] = ""
    on_duplicate: Annotated[
        Literal["update", "skip"], Field(description="What becomes of contacts whose number is known.")
    ] = "update"
    default_region: Annotated[
        str, Field(pattern=r"^([A-Z]{2})?$", description="Of numbers without a prefix; empty: the tenant's.")
    ] = ""
    mapping: Annotated[
        str,
        Field(max_length=20_000, description='JSON object of headers and fields: `{"Celular 2": "number"}`.'),
    ] = ""
    consent: Annotated[Basis, Field(description="On which basis these people may be called.")] = "none"
    consent_source: Line = ""
    file_name: Line = ""

    def order(self) -> ImportOrder:
        """Raises Refused."""
        return ImportOrder(
            file_name=self.file_name,
            list_id=self.list_id,
            region=self.default_region,
            on_duplicate=self.on_duplicate,
            mapping=_mapping(self.mapping),
            consent={"basis": self.consent, "source": self.consent_source},
        )


class ImportColumn(BaseModel):
    """A column, and what it is taken for."""

    header: str
    field: str
    label: str


class ImportPreviewRow(BaseModel):
    """A row as it would be taken; with a `fault` it would not."""

    row: int
    cells: list[str]
    numbers: list[str]
    fields: dict[str, Any]
    variables: dict[str, Any]
    column: str
    fault: str


class ImportPreview(BaseModel):
    """How a file would be read, by its first 20 rows."""

    encoding: str
    separator: str
    columns: list[ImportColumn]
    rows: list[ImportPreviewRow]


@blueprint.post("/api/imports")
@needs("contacts:write")
@called("import_contacts")
@fails("unknown_list", "file_too_large", "limit_reached", "unreadable_body", "request_entity_too_large")
@validate_querystring(ImportQuery)
@document_response(ImportJobOut, 202)
async def receive(query_args: ImportQuery) -> Any:
    """Import contacts from a CSV file, which is the body (`text/csv`, up to 64 MB) or the part `file` of a form. It is
    worked through after the answer; a file that is handed in again makes no contact twice."""
    order = query_args.order()
    job = await gateway().contacts.imports.receive(who(), order, body=_file(request))
    answer = told(job, status=202)
    answer.headers["Location"] = f"/api/imports/{job.id}"
    return answer


@blueprint.post("/api/imports/preview")
@needs("contacts:write")
@called("preview_import")
@fails("unreadable_body", "request_entity_too_large")
@validate_querystring(ImportQuery)
@document_response(ImportPreview)
async def preview(query_args: ImportQuery) -> Any:
    """See how a file would be read, without taking anything. Its beginning is enough."""
    beginning = bytearray()
    async for piece in _file(request):
        beginning += piece
        if len(beginning) >= SAMPLE_BYTES:
            break
    found = await gateway().contacts.imports.preview(who(), query_args.order(), beginning=bytes(beginning))
    columns = [ImportColumn(header=each.header, field=each.field, label=each.label) for each in found.columns]
    rows = [
        ImportPreviewRow(
            row=row.row,
            cells=list(row.cells),
            numbers=[e164 for e164, _ in row.numbers],
            fields=dict(row.fields),
            variables=dict(row.variables),
            column=row.column,
            fault=row.fault,
        )
        for row in found.rows
    ]
    separator, encoding = found.dialect.separator, found.dialect.encoding
    return told(ImportPreview(encoding=encoding, separator=separator, columns=columns, rows=rows))


@blueprint.post("/api/imports/<row_id>/cancel")
@needs("contacts:write")
@called("cancel_import")
@fails("unknown_import", "import_ended", "changed_meanwhile")
@document_response(ImportJobOut)
async def cancel(row_id: str) -> Any:
    """Stop an import. What was taken stays."""
    return told(await gateway().contacts.imports.cancel(who(), row_id))


@blueprint.get("/api/imports/<row_id>/errors.csv")
@needs("contacts:read")
@called("import_errors")
@fails("unknown_import")
@document_response(Csv)
async def errors(row_id: str) -> Any:
    """The rows that were not taken, each with its number, the column and the reason, and the row itself."""
    here, asker = gateway(), who()
    await here.business.get(asker, IMPORTS, row_id=row_id)
    return attached(_faults(here, asker, import_id=row_id), filename="errors.csv")


async def _faults(here: Gateway, asker: Principal, *, import_id: str) -> AsyncIterator[bytes]:
    yield lines([("row", "column", "reason", "cells")])
    after = 0
    while True:
        portion = partial(importing.faults, import_id=import_id, after=after)
        found = await here.business.ask(asker, portion)
        if not found:
            return
        yield lines([row, column, reason, *cells] for row, column, reason, cells in found)
        after = found[-1][0]


async def _file(asked: Request) -> AsyncIterator[bytes]:
    """Raises UnreadableBody, Refused for a form without a file."""
    if asked.mimetype == "multipart/form-data":
        asked.body_timeout = FORM_PATIENCE_S
        part = (await asked.files).get("file")
        if part is None:
            raise invalid("file", "the form has no such part")
        while piece := await asyncio.to_thread(part.read, READ_BYTES):
            yield piece
        return
    pieces = aiter(asked.body)
    while True:
        try:
            async with asyncio.timeout(PATIENCE_S):
                piece = await anext(pieces)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise UnreadableBody("the body did not arrive in time") from None
        yield piece


def _mapping(text: str) -> dict[str, str]:
    if not text:
        return {}
    try:
        found = json.loads(text)
    except ValueError:
        raise invalid("mapping", "not JSON") from None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise Refused("invalid", "mapping: an object of headers and fields is needed")
    return found
