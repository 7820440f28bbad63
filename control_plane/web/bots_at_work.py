"""How a bot does: its figures, its calls, and a chat with it."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo

import orjson
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from quart import Blueprint, Response
from quart_schema import document_response, validate_querystring, validate_request
from sqlalchemy.orm import Session

from control_plane.core.day import Day
from control_plane.core.dialogue import Message
from control_plane.core.refusals import Refused, invalid
from control_plane.ports.errors import ProviderError
from control_plane.ports.reports import SILENCE, DayReport
from control_plane.ports.stores import CallFilter
from control_plane.resources import tenants
from control_plane.resources.bots import actions
from control_plane.resources.bots.document import BotDocument, to_bot
from control_plane.resources.fields import storable
from control_plane.services.bots.chat import ChatEvent, ChatsFull, Clause, Ended, Token, ToolUsed
from control_plane.web.current import gateway
from control_plane.web.needs import needs, who
from control_plane.web.operation import called, fails
from control_plane.web.resources import told
from control_plane.web.schemas import CallList, CallOut, Cursor, PageLimit
from control_plane.web.view_schemas import EventStream

MAX_DAYS: Final = 92
MAX_MESSAGES: Final = 20

EVENTS: Final[dict[type[ChatEvent], str]] = {Token: "token", Clause: "clause", ToolUsed: "tool", Ended: "end"}
"""Names of the events of a chat."""

blueprint = Blueprint("bots_at_work", __name__)


class BotStatsQuery(BaseModel):
    """How far back."""

    model_config = ConfigDict(extra="forbid")

    days: Annotated[int, Field(ge=1, le=MAX_DAYS, description="Today and the days before it.")] = 30


class BotDayOut(BaseModel):
    """One day, by the moment at which calls began and answers were given."""

    date: str
    since: float
    calls: int
    answered: int
    turns: int
    latency_p95_ms: float | None


class BotStatsOut(BaseModel):
    """How the bot does. Shares are null where there is nothing to divide by."""

    zone: str
    since: float
    until: float
    calls: int
    inbound: int
    outbound: int
    live: int
    answered: int
    answer_rate: float | None
    """Of the outbound calls that have ended, those that were answered."""
    success_rate: float | None
    """Of the answered calls that have ended, those in which the caller spoke and which nothing broke off."""
    turns: int
    latency_p50_ms: float | None
    latency_p95_ms: float | None
    by_day: list[BotDayOut]


class BotSessionsQuery(BaseModel):
    """Which page."""

    model_config = ConfigDict(extra="forbid")

    limit: PageLimit = 50
    cursor: Cursor = ""


class ChatMessageIn(BaseModel):
    """One thing said."""

    model_config = ConfigDict(extra="forbid")

    role: Literal["caller", "agent"]
    text: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), AfterValidator(storable)
    ]


class BotChatIn(BaseModel):
    """The conversation so far, the newest message last and the caller's."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"messages": [{"role": "caller", "text": "Hola, ¿a qué hora abren?"}]}]},
    )

    messages: list[ChatMessageIn] = Field(min_length=1, max_length=MAX_MESSAGES)
    draft: bool = True
    """False: with the published version."""


@blueprint.get("/api/bots/<row_id>/stats")
@needs("bots:read")
@called("get_bot_stats")
@fails("unknown_voice_bot")
@validate_querystring(BotStatsQuery)
@document_response(BotStatsOut)
async def stats(row_id: str, query_args: BotStatsQuery) -> Any:
    """How many calls it had, how they went and how fast it answered, by day in the tenant's time zone."""
    here = gateway()

    def asked(session: Session) -> tuple[str, str]:
        return actions.exists(row_id)(session), tenants.own(session).zone

    bot_id, zone = await here.business.ask(who(), asked)
    zone = zone or here.views.overview.default_zone
    bounds = _days(here.clock.wall(), zone, count=query_args.days)
    report = await here.views.reports.bot(who().tenant_id, bot_id, bounds=bounds)
    return told(_stats(report, zone=zone, bounds=bounds))


@blueprint.get("/api/bots/<row_id>/sessions")
@needs("bots:read")
@called("list_bot_sessions")
@fails("unknown_voice_bot")
@validate_querystring(BotSessionsQuery)
@document_response(CallList)
async def sessions(row_id: str, query_args: BotSessionsQuery) -> Any:
    """Its calls, newest first."""
    here = gateway()
    bot_id = await here.business.ask(who(), actions.exists(row_id))
    wanted = CallFilter(tenant_id=who().tenant_id, bot_id=bot_id, limit=query_args.limit, cursor=query_args.cursor)
    try:
        page = await here.calls.list(wanted)
    except ValueError:
        raise invalid("cursor", "not of this list") from None
    talks = await here.views.reports.talks([call.id for call in page.items])
    items = [CallOut.of(call, talk=talks.get(call.id, SILENCE)) for call in page.items]
    return told(CallList(items=items, next_cursor=page.next_cursor))


@blueprint.post("/api/bots/<row_id>/chat")
@needs("bots:write")
@called("chat_with_bot")
@fails("unknown_voice_bot", "not_published", "brain_unavailable", "too_many_chats")
@validate_request(BotChatIn)
@document_response(EventStream)
async def chat(row_id: str, data: BotChatIn) -> Any:
    """Try the bot out in writing: its next reply, by the real model, as server-sent events.

    `token` and `clause` with `text`, `tool` with name, arguments and result (nothing comes of it), at last `end` with
    how long it took, or `error`. A reply takes 30 seconds at most. No call is made and nothing is kept.
    """
    if data.messages[-1].role != "caller":
        raise invalid("messages", "the last message has to be the caller's")
    here = gateway()
    document: BotDocument = await here.business.ask(who(), actions.document(row_id, draft=data.draft))
    messages = [Message(role=each.role, text=each.text) for each in data.messages]
    number = document.transfer_number or ""
    reply = here.bots.chat.reply(to_bot(document, row_id), messages, tenant_id=who().tenant_id, transfer_number=number)
    try:
        first = await anext(reply)
    except ProviderError as error:
        raise Refused("brain_unavailable", str(error)) from None
    except ChatsFull:
        raise Refused("too_many_chats", "Try again in a moment.") from None
    response = Response(_told(first, reply), content_type="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    response.timeout = None  # the reply has a time limit of its own
    return response


async def _told(first: ChatEvent, reply: AsyncGenerator[ChatEvent]) -> AsyncIterator[bytes]:
    async with aclosing(reply):
        yield _event(EVENTS[type(first)], asdict(first))
        try:
            async for event in reply:
                yield _event(EVENTS[type(event)], asdict(event))
        except ProviderError as error:
            yield _event("error", {"code": "brain_unavailable", "detail": str(error)})


def _event(name: str, data: dict[str, Any]) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + orjson.dumps(data) + b"\n\n"


def _days(now: float, zone: str, *, count: int) -> list[float]:
    """Where the last days begin, and where today ends."""
    today = datetime.fromtimestamp(now, ZoneInfo(zone)).date()
    days = [Day.on(today - timedelta(days=back), zone) for back in range(count - 1, -1, -1)]
    return [*(day.since for day in days), days[-1].until]


def _stats(report: DayReport, *, zone: str, bounds: Sequence[float]) -> BotStatsOut:
    return BotStatsOut(
        zone=zone,
        since=bounds[0],
        until=bounds[-1],
        calls=report.calls,
        inbound=report.inbound,
        outbound=report.outbound,
        live=report.live,
        answered=report.answered,
        answer_rate=_share(report.answered_outbound, report.ended_outbound),
        success_rate=_share(report.succeeded, report.ended_answered),
        turns=report.turns,
        latency_p50_ms=report.latency_p50_ms,
        latency_p95_ms=report.latency_p95_ms,
        by_day=_by_day(report, ZoneInfo(zone), bounds=bounds),
    )


def _by_day(report: DayReport, zone: ZoneInfo, *, bounds: Sequence[float]) -> list[BotDayOut]:
    found = {each.hour: each for each in report.hours}
    days = []
    for number, since in enumerate(bounds[:-1]):
        day = found.get(number)
        days.append(
            BotDayOut(
                date=datetime.fromtimestamp(since, UTC).astimezone(zone).date().isoformat(),
                since=since,
                calls=day.calls if day else 0,
                answered=day.answered if day else 0,
                turns=day.turns if day else 0,
                latency_p95_ms=day.latency_p95_ms if day else None,
            )
        )
    return days


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
