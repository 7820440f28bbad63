"""Tables as CSV that spreadsheets open without running what is in the cells."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any, Final

from quart import Response

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings of a cell that a spreadsheet takes for a formula."""


def cell(value: Any) -> str:
    """As text; a text that one could take for a formula begins with an apostrophe."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) and isinstance(value, str) else text


def uncelled(text: str) -> str:
    """The text that `cell` made this of, so that an exported table can be imported again."""
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA) else text


def lines(rows: Iterable[Sequence[Any]]) -> bytes:
    """Rows of a table, each value as its cell."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([cell(value) for value in row] for row in rows)
    return text.getvalue().encode()


def attached(body: Any, *, filename: str, content_type: str = "text/csv; charset=utf-8") -> Response:
    """An answer that browsers save under this name; `body` may be a stream without end, and is not kept anywhere."""
    response = Response(body, content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    response.headers["Cache-Control"] = "no-store"
    response.timeout = None
    return response
