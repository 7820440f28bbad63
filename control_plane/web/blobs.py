"""Locally kept audio for whoever has a signed link: the carrier, a browser."""

from typing import Any

from quart import Blueprint, Response, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from control_plane.web.current import gateway
from control_plane.web.errors import problem

blueprint = Blueprint("blobs", __name__)


@blueprint.get("/blobs/<path:key>")
async def blob(key: str) -> Any:
    """404 for a bad link and a missing file alike: a stranger learns nothing."""
    content = await gateway().local_blob(key, request.args)
    if content is None:
        return problem(404, "unknown_blob", title="There is no such file")
    span = _span(len(content))
    response = Response(content if span is None else content[slice(*span)], 200 if span is None else 206)
    response.content_type = "audio/wav" if key.endswith(".wav") else "application/octet-stream"
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Cache-Control"] = "private, max-age=600"
    if span is not None:
        response.headers["Content-Range"] = f"bytes {span[0]}-{span[1] - 1}/{len(content)}"
    return response


def _span(length: int) -> tuple[int, int] | None:
    """Begin and end of the part that a player asks for; None for the whole (also when several parts are asked for).

    Raises RequestedRangeNotSatisfiable for one behind the end.
    """
    wanted = request.range
    if wanted is None or len(wanted.ranges) != 1 or "if-range" in request.headers:
        return None
    span = wanted.range_for_length(length)
    if span is None and wanted.units == "bytes" and wanted.ranges[0][0] >= 0:
        raise RequestedRangeNotSatisfiable(length=length)
    return span
