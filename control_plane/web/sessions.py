"""Sessions over HTTP: the conversation of a call, under the names that existing clients use."""

from quart import Blueprint
from quart_schema import validate_response

from control_plane.core.call.state import Phase
from control_plane.web.current import gateway
from control_plane.web.needs import needs, who
from control_plane.web.schemas import HistoryOut, MessageOut, SessionOut, SessionStats

blueprint = Blueprint("sessions", __name__)


@blueprint.get("/api/sessions/stats")
@needs("calls:read")
@validate_response(SessionStats)
async def stats() -> SessionStats:
    """Counts over all calls of the tenant that are kept."""
    here = gateway()
    counts = await here.calls.counts(who().tenant_id)
    live = sum(count for state, count in counts.items() if state != Phase.ENDED)
    return SessionStats(live=live, total=sum(counts.values()), by_state=counts)


@blueprint.get("/api/sessions/<call_id>")
@blueprint.get("/api/sessions/<call_id>/context")
@needs("calls:read")
@validate_response(SessionOut)
async def context(call_id: str) -> SessionOut:
    """Who talks with whom, about what, and how far they are."""
    here = gateway()
    call = await here.desk.get(call_id)
    turns = await here.calls.turns(call_id)
    return SessionOut(
        session_id=call.session_id,
        call_id=call.id,
        bot_id=call.bot_id,
        language=await here.language(call),
        state=call.state,
        mode=call.mode,
        variables=dict(call.variables),
        turns=len(turns),
        last_heard=turns[-1].heard if turns else "",
    )


@blueprint.get("/api/sessions/<call_id>/history")
@needs("calls:read")
@validate_response(HistoryOut)
async def history(call_id: str) -> HistoryOut:
    """What was said, in order; of interrupted replies what the caller heard."""
    here = gateway()
    call = await here.desk.get(call_id)
    turns = await here.calls.turns(call_id)
    messages = [MessageOut(speaker=turn.speaker, text=turn.heard) for turn in turns if turn.heard]
    return HistoryOut(session_id=call.session_id, messages=messages)
