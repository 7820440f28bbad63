"""Where a page ends: an opaque text that names the last row."""

import base64
import binascii
import json
import sys

Position = tuple[float, str]
"""Time and id of a row: the order of the list."""


def cursor_after(at: float, row_id: str) -> str:
    text = json.dumps([at, row_id], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def position_of(cursor: str) -> Position:
    """Raises ValueError for anything that `cursor_after` does not write."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        found = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        found = None
    match found:
        case [int() | float() as at, str() as row_id] if abs(at) <= sys.float_info.max and row_id.isprintable():
            return float(at), row_id
    raise ValueError("cursor: not one that a list has returned")
