"""Where a page of a list ends: an opaque text that names the last row and the order it was found in."""

import base64
import binascii
import json
from decimal import Decimal
from typing import Any

from control_plane.core.refusals import Refused, invalid


def cursor_after(sort: str, value: Any, *, row_id: str) -> str:
    told = str(value) if isinstance(value, Decimal) else value
    text = json.dumps([sort, told, row_id], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def position_of(cursor: str, sort: str, *, kind: type[Any]) -> tuple[Any, str]:
    """Value and id of the last row. Raises Refused for anything that `cursor_after` did not write for this order."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        found = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        raise _foreign() from None
    match found:
        case [str() as told, value, str() as row_id] if told == sort and row_id.isprintable():
            return _typed(value, kind), row_id
    raise _foreign()


def _typed(value: Any, kind: type[Any]) -> Any:
    if kind is Decimal and isinstance(value, str):
        try:
            return Decimal(value)
        except ArithmeticError:
            raise _foreign() from None
    if kind is float and isinstance(value, int | float) and abs(value) < 1e300:
        return float(value)
    if kind in (str, int, bool) and type(value) is kind and abs(value if kind is int else 0) < 2**62:
        return value
    raise _foreign()


def _foreign() -> Refused:
    return invalid("cursor", "not one that this list has returned; the order has to be the same")
