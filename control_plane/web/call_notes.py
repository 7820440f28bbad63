"""Notes about a call over HTTP."""

from typing import Any

from quart import Blueprint
from quart_schema import document_response, validate_request

from control_plane.resources import call_notes
from control_plane.resources.call_notes import CallNoteIn, CallNoteList, CallNoteOut
from control_plane.web.current import gateway
from control_plane.web.needs import needs, who
from control_plane.web.operation import called, fails, takes
from control_plane.web.resources import asked, told
from control_plane.web.view_schemas import Nothing

blueprint = Blueprint("call_notes", __name__)


@blueprint.get("/api/calls/<call_id>/notes")
@needs("calls:read")
@called("list_call_notes")
@document_response(CallNoteList)
async def notes(call_id: str) -> Any:
    """What people noted about a call, oldest first."""
    found = await gateway().business.ask(who(), lambda session: call_notes.of_call(session, call_id))
    return told(CallNoteList(items=found))


@blueprint.post("/api/calls/<call_id>/note")
@needs("calls:write")
@called("add_call_note")
@takes("Idempotency-Key")
@fails("idempotency_key_reused")
@validate_request(CallNoteIn)
@document_response(CallNoteOut, 201)
async def add(call_id: str, data: CallNoteIn) -> Any:
    """Note something about a call, live or over."""
    ask = await asked("note")
    answer = await gateway().business.once(who(), ask, work=lambda session: call_notes.add(session, call_id, data=data))
    return answer, 201


@blueprint.delete("/api/calls/<call_id>/notes/<note_id>")
@needs("calls:write")
@called("delete_call_note")
@fails("unknown_note")
@document_response(Nothing, 204)
async def remove(call_id: str, note_id: str) -> Any:
    """Remove a note; the audit log keeps who did."""
    await gateway().business.act(who(), lambda session: call_notes.remove(session, call_id, note_id=note_id))
    return "", 204
