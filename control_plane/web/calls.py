"""One call over HTTP: started, looked at, acted upon."""

from dataclasses import replace
from typing import Any, Final

from quart import Blueprint, request
from quart_schema import document_response, validate_request, validate_response

from control_plane.ports.reports import SILENCE
from control_plane.ports.stores import CallRecord
from control_plane.resources import call_notes
from control_plane.services.calls.orders import CallOrder
from control_plane.web.current import gateway
from control_plane.web.ear_out import EarOut
from control_plane.web.errors import problem
from control_plane.web.needs import needs, who
from control_plane.web.operation import fails
from control_plane.web.schemas import (
    Asked,
    CallDetail,
    CallIn,
    CallOut,
    CallStarted,
    DigitsIn,
    EventOut,
    SayIn,
    TransferIn,
    TurnOut,
)

LINK_S: Final = 3600
KEY_LIMIT: Final = 200

blueprint = Blueprint("calls", __name__)


@blueprint.post("/api/call/initiate")
@blueprint.post("/api/sessions")
@needs("calls:write")
@fails("bad_number", "unknown_bot", "dial_refused", "not_accepting", "do_not_call", "no_own_number")
@fails("too_many_live_calls")
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
        tenant_id=who().tenant_id,
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


@blueprint.get("/api/calls/<call_id>")
@needs("calls:read")
@validate_response(CallDetail)
async def call_detail(call_id: str) -> CallDetail:
    """A call with its turns, their latency, and its events."""
    return await detail(call_id)


async def detail(call_id: str) -> CallDetail:
    """Raises UnknownCall."""
    here = gateway()
    call = await here.desk.get(call_id)
    stored = await here.calls.get(call_id) or call
    call = replace(call, recording_key=stored.recording_key)
    talk = (await here.views.reports.talks([call_id])).get(call_id, SILENCE)
    out = CallOut.of(call, talk=talk, recording=await _recording(call))
    turns = await here.calls.turns(call_id)
    return CallDetail(
        **out.model_dump(),
        heard=next((turn.heard for turn in reversed(turns) if turn.speaker == "agent"), ""),
        turns=[TurnOut.of(turn) for turn in turns],
        events=[EventOut.of(entry) for entry in await here.calls.journal(call_id)],
        ear=None if (ear := await here.views.ears.of(call_id)) is None else EarOut.of(ear),
        notes=await here.business.ask(who(), lambda session: call_notes.of_call(session, call_id)),
    )


async def _recording(call: CallRecord) -> str:
    return await gateway().blobs.url(call.recording_key, expires_s=LINK_S) if call.recording_key else ""


@blueprint.post("/api/calls/<call_id>/hangup")
@needs("calls:write")
@fails("call_not_live", "busy")
@validate_response(Asked)
async def hangup(call_id: str) -> Asked:
    await gateway().desk.hang_up(call_id, reason="asked by the API")
    return Asked(call_id=call_id, asked="hangup")


@blueprint.post("/api/calls/<call_id>/transfer")
@needs("calls:write")
@fails("call_not_live", "bad_number", "busy")
@validate_request(TransferIn)
@validate_response(Asked)
async def transfer(call_id: str, data: TransferIn) -> Asked:
    await gateway().desk.transfer(call_id, data.to)
    return Asked(call_id=call_id, asked="transfer")


@blueprint.post("/api/calls/<call_id>/dtmf")
@needs("calls:write")
@fails("call_not_live", "busy")
@validate_request(DigitsIn)
@validate_response(Asked)
async def dtmf(call_id: str, data: DigitsIn) -> Asked:
    await gateway().desk.send_digits(call_id, data.digits)
    return Asked(call_id=call_id, asked="dtmf")


@blueprint.post("/api/calls/<call_id>/say")
@needs("calls:write")
@fails("call_not_live", "busy")
@validate_request(SayIn)
@validate_response(Asked)
async def say(call_id: str, data: SayIn) -> Asked:
    await gateway().desk.say(call_id, data.text)
    return Asked(call_id=call_id, asked="say")
