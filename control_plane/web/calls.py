"""Calls over HTTP: start one, see them, act on one that lives."""

from typing import Any, Final

from quart import Blueprint, request
from quart_schema import document_response, validate_request, validate_response

from control_plane.ports.stores import CallFilter, CallRecord
from control_plane.services.calls.orders import CallOrder
from control_plane.web.current import gateway
from control_plane.web.errors import problem
from control_plane.web.schemas import (
    Asked,
    CallDetail,
    CallIn,
    CallList,
    CallOut,
    CallStarted,
    DigitsIn,
    EventOut,
    SayIn,
    TransferIn,
    TurnOut,
)

LINK_S: Final = 3600
PAGE_LIMIT: Final = 200
KEY_LIMIT: Final = 200

blueprint = Blueprint("calls", __name__)


@blueprint.post("/api/call/initiate")
@blueprint.post("/api/sessions")
@validate_request(CallIn)
@document_response(CallStarted, 200)
@document_response(CallStarted, 202)
async def initiate(data: CallIn) -> Any:
    """Call somebody; answers when the carrier has named the leg (or after some seconds without)."""
    key = data.idempotency_key or request.headers.get("idempotency-key", "")
    if len(key) > KEY_LIMIT or not key.isprintable():
        detail = f"The idempotency key has at most {KEY_LIMIT} printable characters."
        return problem(422, "invalid", title="The request is not valid", detail=detail)
    order = CallOrder(
        number=data.phone,
        name=data.name,
        bot_id=data.bot_id,
        variables=data.variables,
        metadata=data.metadata,
        idempotency_key=key,
    )
    call = await gateway().desk.initiate(order)
    if call.ended_at is not None and not call.control_id:
        reason = str(call.machine.get("reason", ""))
        return problem(502, "dial_refused", title="The carrier did not take the call", detail=reason, call_id=call.id)
    started = CallStarted(
        success=True,
        call_id=call.id,
        call_control_id=call.control_id,
        session_id=call.session_id,
        state=call.state,
    )
    return started.model_dump(), 200 if call.control_id else 202


@blueprint.get("/api/calls")
@validate_response(CallList)
async def calls() -> Any:
    """Newest first. Filters: `state`, `direction`, `live` (true/false); paging: `limit`, `cursor`."""
    args = request.args
    live = {"true": True, "false": False}.get(args.get("live", ""))
    try:
        limit = _limit(args.get("limit", "50"))
        wanted = CallFilter(
            state=args.get("state", ""),
            direction=args.get("direction", ""),
            live=live,
            limit=limit,
            cursor=args.get("cursor", ""),
        )
        page = await gateway().calls.list(wanted)
    except ValueError as error:
        return problem(422, "invalid", title="The request is not valid", detail=str(error))
    return CallList(items=[CallOut.of(call) for call in page.items], next_cursor=page.next_cursor)


def _limit(text: str) -> int:
    """Raises ValueError with a text for the client."""
    if not (text.isdecimal() and len(text) < 10):
        raise ValueError("limit: has to be a whole number")
    return min(PAGE_LIMIT, max(1, int(text)))


@blueprint.get("/api/calls/<call_id>")
@validate_response(CallDetail)
async def call_detail(call_id: str) -> CallDetail:
    """A call with its turns, their latency, and its events."""
    return await detail(call_id)


async def detail(call_id: str) -> CallDetail:
    """Raises UnknownCall."""
    here = gateway()
    call = await here.desk.get(call_id)
    stored = await here.calls.get(call_id) or call
    out = CallOut.of(call, recording=await _recording(stored))
    return CallDetail(
        **out.model_dump(),
        turns=[TurnOut.of(turn) for turn in await here.calls.turns(call_id)],
        events=[EventOut.of(entry) for entry in await here.calls.journal(call_id)],
    )


async def _recording(call: CallRecord) -> str:
    return await gateway().blobs.url(call.recording_key, expires_s=LINK_S) if call.recording_key else ""


@blueprint.post("/api/calls/<call_id>/hangup")
@validate_response(Asked)
async def hangup(call_id: str) -> Asked:
    await gateway().desk.hang_up(call_id, reason="asked by the API")
    return Asked(call_id=call_id, asked="hangup")


@blueprint.post("/api/calls/<call_id>/transfer")
@validate_request(TransferIn)
@validate_response(Asked)
async def transfer(call_id: str, data: TransferIn) -> Asked:
    await gateway().desk.transfer(call_id, data.to)
    return Asked(call_id=call_id, asked="transfer")


@blueprint.post("/api/calls/<call_id>/dtmf")
@validate_request(DigitsIn)
@validate_response(Asked)
async def dtmf(call_id: str, data: DigitsIn) -> Asked:
    await gateway().desk.send_digits(call_id, data.digits)
    return Asked(call_id=call_id, asked="dtmf")


@blueprint.post("/api/calls/<call_id>/say")
@validate_request(SayIn)
@validate_response(Asked)
async def say(call_id: str, data: SayIn) -> Asked:
    await gateway().desk.say(call_id, data.text)
    return Asked(call_id=call_id, asked="say")
