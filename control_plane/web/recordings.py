"""The recording of a call, for a player on our own pages: its sound in parts, its outline."""

from typing import Annotated, Any, Final

from pydantic import BaseModel, Field
from quart import Blueprint, Response
from quart_schema import document_response, validate_querystring

from control_plane.services.calls.orders import UnknownCall
from control_plane.services.waveform import NotReadable
from control_plane.web.byte_range import describe_span, wanted_span
from control_plane.web.current import gateway
from control_plane.web.errors import problem
from control_plane.web.needs import needs
from control_plane.web.operation import fails, takes
from control_plane.web.view_schemas import AudioFile, WaveformOut

TYPES: Final = {"wav": "audio/wav", "mp3": "audio/mpeg", "ogg": "audio/ogg"}

blueprint = Blueprint("recordings", __name__)


class WaveformQuery(BaseModel):
    """How fine."""

    points: Annotated[int, Field(ge=10, le=4000, description="So many stretches the recording is cut into.")] = 1200


@blueprint.get("/api/calls/<call_id>/recording")
@needs("calls:read")
@takes("Range")
@fails("no_recording", "requested_range_not_satisfiable")
@document_response(AudioFile)
@document_response(AudioFile, 206)
async def recording(call_id: str) -> Any:
    """The sound, whole or the part that `Range` asks for."""
    blobs, key = gateway().blobs, await _key(call_id)
    length = await blobs.size(key) if key else None
    if length is None:
        return problem(404, "no_recording", title="This call has no recording", detail="There is none, or not yet.")
    span = wanted_span(length)
    start, stop = span or (0, length)
    response = Response(blobs.read(key, start=start, stop=stop))
    response.content_type = TYPES.get(key.rpartition(".")[2], "application/octet-stream")
    response.content_length = stop - start
    response.headers["Cache-Control"] = "private, max-age=600"
    response.timeout = None
    describe_span(response, span, length=length)
    return response


@blueprint.get("/api/calls/<call_id>/waveform")
@needs("calls:read")
@fails("no_recording", "no_waveform")
@validate_querystring(WaveformQuery)
@document_response(WaveformOut)
async def waveform(call_id: str, query_args: WaveformQuery) -> Any:
    """The outline of the recording: the loudest sample of each stretch, by channel."""
    key = await _key(call_id)
    try:
        found = await gateway().views.waveforms.outline(key, points=query_args.points) if key else None
    except NotReadable as error:
        return problem(422, "no_waveform", title="The recording has no outline", detail=str(error))
    if found is None:
        return problem(404, "no_recording", title="This call has no recording", detail="There is none, or not yet.")
    return Response(found, content_type="application/json", headers={"Cache-Control": "private, max-age=600"})


async def _key(call_id: str) -> str:
    """Raises UnknownCall."""
    call = await gateway().calls.get(call_id)
    if call is None:
        raise UnknownCall(call_id)
    return call.recording_key
