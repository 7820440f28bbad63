"""Locally kept audio for whoever has a signed link: the carrier, a browser."""

from typing import Any

from quart import Blueprint, Response, request

from control_plane.web.current import gateway
from control_plane.web.errors import problem

blueprint = Blueprint("blobs", __name__)


@blueprint.get("/blobs/<path:key>")
async def blob(key: str) -> Any:
    """404 for a bad link and a missing file alike: a stranger learns nothing."""
    content = await gateway().local_blob(key, request.args.get("expires", ""), request.args.get("signature", ""))
    if content is None:
        return problem(404, "unknown_blob", "There is no such file")
    response = Response(content, content_type="audio/wav" if key.endswith(".wav") else "application/octet-stream")
    await response.make_conditional(request, accept_ranges=True, complete_length=len(content))
    response.headers["Cache-Control"] = "private, max-age=600"
    return response
