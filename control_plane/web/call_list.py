"""Which calls there were and are: listed, exported, those that live."""

import csv
import io
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from quart import Blueprint, Response
from quart_schema import document_response, validate_querystring, validate_response

from control_plane.core.day import Day
from control_plane.ports.reports import SILENCE, LastWords
from control_plane.ports.stores import CallFilter, CallPage, CallRecord
from control_plane.services.gateway import Gateway
from control_plane.web.current import gateway
from control_plane.web.errors import problem
from control_plane.web.needs import needs, who
from control_plane.web.schemas import CallList, CallOut, Cursor, PageLimit, printable
from control_plane.web.view_schemas import Csv, LiveCall, LiveCallList

LIVE_LIMIT: Final = 200
EXPORT_PAGE: Final = 200
EXPORT_ROWS: Final = 100_000

COLUMNS: Final = (
    "id",
    "created_at",
    "answered_at",
    "ended_at",
    "direction",
    "sender",
    "to",
    "name",
    "bot_id",
    "state",
    "hangup_cause",
    "reason",
    "duration_s",
    "turn_count",
    "latency_p95_ms",
    "node",
)
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings of a cell that a spreadsheet takes for a formula."""

LATEST: Final = 32_503_680_000.0
"""The year 3000."""

blueprint = Blueprint("call_list", __name__)

Word = Annotated[str, Field(max_length=100), AfterValidator(printable)]


class CallSieve(BaseModel):
    """Which calls; empty fields do not filter."""

    model_config = ConfigDict(populate_by_name=True)

    state: Annotated[Word, Field(description="A phase, `ended` or `talking` for instance.")] = ""
    direction: Annotated[Word, Field(description="`inbound` or `outbound`.")] = ""
    live: Annotated[Literal["", "true", "false"], Field(description="`true`: not ended; `false`: ended.")] = ""
    cause: Annotated[Word, Field(description="Hangup cause.")] = ""
    bot_id: Word = ""
    since: Annotated[
        Word,
        Field(alias="from", description="Begun then or later: unix seconds, or an ISO date (of DEFAULT_TIME_ZONE)."),
    ] = ""
    until: Annotated[
        Word, Field(alias="to", description="Begun before: unix seconds or an ISO time; a date includes that day.")
    ] = ""
    q: Annotated[Word, Field(description="Part of the name, or of one of the numbers however it is written.")] = ""

    def wanted(self, zone: str) -> CallFilter:
        """Raises ValueError with a text for the client."""
        return CallFilter(
            tenant_id=who().tenant_id,
            state=self.state,
            direction=self.direction,
            live={"true": True, "false": False}.get(self.live),
            cause=self.cause,
            bot_id=self.bot_id,
            since=_moment("from", self.since, zone=zone)[0],
            until=_moment("to", self.until, zone=zone)[1],
            text=self.q.strip(),
        )


class CallQuery(CallSieve):
    """Which calls, and which page of them."""

    limit: PageLimit = 50
    cursor: Cursor = ""


@blueprint.get("/api/calls")
@needs("calls:read")
@validate_querystring(CallQuery)
@document_response(CallList)
async def calls(query_args: CallQuery) -> Any:
    """Newest first, page by page."""
    here = gateway()
    try:
        wanted = query_args.wanted(here.views.overview.default_zone)
        page = await here.calls.list(replace(wanted, limit=query_args.limit, cursor=query_args.cursor))
    except ValueError as error:
        return problem(422, "invalid", title="The request is not valid", detail=str(error))
    return CallList(items=await _out(here, page.items), next_cursor=page.next_cursor).model_dump()


@blueprint.get("/api/calls.csv")
@needs("calls:read")
@validate_querystring(CallSieve)
@document_response(Csv)
async def export(query_args: CallSieve) -> Any:
    """The same as a table for spreadsheets, at most 100,000 rows. A cell that one could take for a formula begins with
    an apostrophe."""
    here = gateway()
    try:
        wanted = query_args.wanted(here.views.overview.default_zone)
    except ValueError as error:
        return problem(422, "invalid", title="The request is not valid", detail=str(error))
    first = await here.calls.list(replace(wanted, limit=EXPORT_PAGE))
    table = _table(here, wanted, page=first)
    response = Response(table, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="calls.csv"'
    response.headers["Cache-Control"] = "no-store"
    response.timeout = None
    return response


@blueprint.get("/api/calls/live")
@needs("calls:read")
@validate_response(LiveCallList)
async def live() -> LiveCallList:
    """Calls that have not ended, in every control plane, with what was said last."""
    here = gateway()
    page = await here.calls.list(CallFilter(tenant_id=who().tenant_id, live=True, limit=LIVE_LIMIT))
    ids = [call.id for call in page.items]
    talks, words = await here.views.reports.talks(ids), await here.views.reports.last_words(ids)
    return LiveCallList(
        items=[
            LiveCall(
                call=CallOut.of(call, talk=(talk := talks.get(call.id, SILENCE))),
                last_speaker=(said := words.get(call.id, LastWords(speaker="", text=""))).speaker,
                last_text=said.text,
                last_latency_ms=talk.last_latency_ms,
                turns=talk.turns,
            )
            for call in page.items
        ]
    )


async def _out(here: Gateway, calls: Sequence[CallRecord]) -> list[CallOut]:
    talks = await here.views.reports.talks([call.id for call in calls])
    return [CallOut.of(call, talk=talks.get(call.id, SILENCE)) for call in calls]


async def _table(here: Gateway, wanted: CallFilter, *, page: CallPage) -> AsyncIterator[bytes]:
    yield _lines([list(COLUMNS)])
    for _ in range(EXPORT_ROWS // EXPORT_PAGE):
        rows = [[_cell(getattr(call, column)) for column in COLUMNS] for call in await _out(here, page.items)]
        yield _lines(rows)
        if not page.next_cursor:
            return
        page = await here.calls.list(replace(wanted, limit=EXPORT_PAGE, cursor=page.next_cursor))


def _lines(rows: list[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) and isinstance(value, str) else text


def _moment(name: str, text: str, *, zone: str) -> tuple[float | None, float | None]:
    """Unix seconds of the beginning and end of what a text names; a moment begins and ends at once.

    Raises ValueError with a text for the client.
    """
    if not text:
        return None, None
    try:
        if len(text) == len("2026-01-31") and text.count("-") == 2:
            day = Day.on(date.fromisoformat(text), zone)
            return day.since, day.until
        at = datetime.fromisoformat(text).timestamp() if "-" in text else float(text)
    except (ValueError, OverflowError):
        raise ValueError(f"{name}: neither unix seconds nor an ISO date") from None
    if not 0 <= at < LATEST:
        raise ValueError(f"{name}: not a time of ours")
    return at, at
