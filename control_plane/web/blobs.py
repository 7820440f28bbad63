"""Locally kept audio for whoever has a signed link: the carrier, a browser."""

from typing import Any

from quart import Blueprint, Response, request

from control_plane.web.byte_range import describe_span, wanted_span
from control_plane.web.current import gateway
from control_plane.web.errors import problem

blueprint = Blueprint("blobs", __name__)


@blueprint.get("/blobs/<path:key>")
async def blob(key: str) -> Any:
    """404 for a bad link and a missing file alike: a stranger learns nothing."""
    content = await gateway().local_blob(key, request.args)
    if content is None:
        return problem(404, "unknown_blob", title="There is no such file")
    span = wanted_span(len(content))
    response = Response(content if span is None else content[slice(*span)])
    response.content_type = "audio/wav" if key.endswith(".wav") else "application/octet-stream"
    response.headers["Cache-Control"] = "private, max-age=600"
    describe_span(response, span, length=len(content))
    return response
