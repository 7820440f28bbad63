"""Which calls there were and are: listed, exported, those that live."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any, Final

from quart import Blueprint
from quart_schema import document_response, validate_querystring, validate_response

from control_plane.ports.reports import SILENCE, LastWords
from control_plane.ports.stores import CallFilter, CallPage
from control_plane.services.gateway import Gateway
from control_plane.web.call_sieve import CallQuery, CallSieve, refusal
from control_plane.web.csv_text import attached, lines
from control_plane.web.current import gateway
from control_plane.web.needs import needs, who
from control_plane.web.operation import called
from control_plane.web.resources import told
from control_plane.web.schemas import CallList, CallOut, CallWithTurns, TurnOut
from control_plane.web.view_schemas import Csv, JsonLines, LiveCall, LiveCallList

LIVE_LIMIT: Final = 200
EXPORT_PAGE: Final = 200
EXPORT_TALKS: Final = 25
"""Calls with all that was said in them that are told at once."""
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
blueprint = Blueprint("call_list", __name__)


@blueprint.get("/api/calls")
@needs("calls:read")
@validate_querystring(CallQuery)
@document_response(CallList)
async def calls(query_args: CallQuery) -> Any:
    """Newest first, page by page."""
    here = gateway()
    wanted = await _wanted(query_args)
    try:
        page = await here.calls.list(replace(wanted, limit=query_args.limit, cursor=query_args.cursor))
    except ValueError as error:
        raise refusal(error) from None
    return told(CallList(items=await _out(here, page), next_cursor=page.next_cursor))


@blueprint.get("/api/calls.csv")
@needs("calls:read")
@validate_querystring(CallSieve)
@document_response(Csv)
async def export(query_args: CallSieve) -> Any:
    """The same as a table for spreadsheets, at most 100,000 rows. A cell that one could take for a formula begins with
    an apostrophe."""
    here = gateway()
    return attached(_table(here, _pages(here, await _wanted(query_args), size=EXPORT_PAGE)), filename="calls.csv")


@blueprint.get("/api/calls.jsonl")
@needs("calls:read")
@called("export_calls_with_turns")
@validate_querystring(CallSieve)
@document_response(JsonLines)
async def export_turns(query_args: CallSieve) -> Any:
    """The same with what was said: a JSON object a line, at most 100,000 of them."""
    here = gateway()
    objects = _objects(here, _pages(here, await _wanted(query_args), size=EXPORT_TALKS))
    return attached(objects, filename="calls.jsonl", content_type="application/jsonl; charset=utf-8")


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


async def _wanted(sieve: CallSieve) -> CallFilter:
    """Raises Refused."""
    dated = sieve.since or sieve.until
    zone = await gateway().analytics.zone_of(who()) if dated else ""
    try:
        return sieve.wanted(who().tenant_id, zone=zone)
    except ValueError as error:
        raise refusal(error) from None


async def _out(here: Gateway, page: CallPage) -> list[CallOut]:
    talks = await here.views.reports.talks([call.id for call in page.items])
    told = [CallOut.of(call, talk=talks.get(call.id, SILENCE)) for call in page.items]
    if not page.snippets:
        return told
    return [call.model_copy(update={"snippet": page.snippets.get(call.id, "")}) for call in told]


async def _pages(here: Gateway, wanted: CallFilter, *, size: int) -> AsyncIterator[CallPage]:
    for _ in range(EXPORT_ROWS // size):
        page = await here.calls.list(replace(wanted, limit=size))
        yield page
        if not page.next_cursor:
            return
        wanted = replace(wanted, cursor=page.next_cursor)


async def _table(here: Gateway, pages: AsyncIterator[CallPage]) -> AsyncIterator[bytes]:
    yield lines([COLUMNS])
    async for page in pages:
        yield lines([getattr(call, column) for column in COLUMNS] for call in await _out(here, page))


async def _objects(here: Gateway, pages: AsyncIterator[CallPage]) -> AsyncIterator[bytes]:
    async for page in pages:
        turns = await here.views.reports.turns([call.id for call in page.items])
        told = await _out(here, page)
        yield b"".join(_line(call, [TurnOut.of(turn) for turn in turns.get(call.id, ())]) for call in told)


def _line(call: CallOut, turns: list[TurnOut]) -> bytes:
    return CallWithTurns(**call.model_dump(), turns=turns).model_dump_json().encode() + b"\n"
