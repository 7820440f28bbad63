"""Where in the request for a media websocket its carrier and its ticket stand, for every server that takes them."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote

TICKET_HEADER: Final = "x-telnyx-streaming-auth-token"

CARRIERS: Final = {"media": "telnyx"}
"""The segment after `/stream/` and whose wire language is spoken there."""


def stream_address(path: str, headers: Mapping[str, str]) -> tuple[str, str] | None:
    """(carrier, ticket or "") of a request target such as `/stream/media/<ticket>`; None when no stream is there."""
    front, _, rest = path.partition("?")[0].removeprefix("/stream/").partition("/")
    carrier = CARRIERS.get(front) if path.startswith("/stream/") else None
    if carrier is None:
        return None
    return carrier, unquote(rest) or headers.get(TICKET_HEADER, "")
