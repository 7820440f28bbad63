"""Where a page of calls ends: an opaque text that names the last row."""

import base64
import binascii
import json
import math

from control_plane.ports.stores import CallRecord

Position = tuple[float, str]
"""`created_at` and `id`: the order of the list."""


def cursor_after(call: CallRecord) -> str:
    text = json.dumps([call.created_at, call.id], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def position_of(cursor: str) -> Position:
    """Raises ValueError for anything that `cursor_after` does not write."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        found = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        found = None
    match found:
        case [int() | float() as created_at, str() as call_id] if math.isfinite(created_at):
            return float(created_at), call_id
    raise ValueError("cursor: not one that a list of calls has returned")
