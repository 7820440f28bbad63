"""Which part of a file a player asks for."""

from quart import Response, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable


def wanted_span(length: int) -> tuple[int, int] | None:
    """Begin and end of the part that is asked for; None for the whole (also when several parts are asked for).

    Raises RequestedRangeNotSatisfiable for one behind the end.
    """
    wanted = request.range
    if wanted is None or len(wanted.ranges) != 1 or "if-range" in request.headers:
        return None
    span = wanted.range_for_length(length)
    if span is None and wanted.units == "bytes" and wanted.ranges[0][0] >= 0:
        raise RequestedRangeNotSatisfiable(length=length)
    return span


def describe_span(response: Response, span: tuple[int, int] | None, *, length: int) -> None:
    """Say in the answer's head which part of a file this is."""
    response.headers["Accept-Ranges"] = "bytes"
    if span is not None:
        response.status_code = 206
        response.headers["Content-Range"] = f"bytes {span[0]}-{span[1] - 1}/{length}"
