"""Server-sent events, as far as language models send them: each line of data is an event of its own.

Source: WHATWG, HTML, server-sent events. There an event may have several lines of data; the models' servers put the
JSON of one event into one line, and some leave out the blank line after it.
"""

from typing import Final

MOST_BYTES: Final = 4 * 1024 * 1024
"""Of one line."""
_DATA: Final = b"data:"


class EventLines:
    """Cuts what comes into events. Comments, names and numbers of events are passed over."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, piece: bytes) -> list[bytes]:
        """The data of the lines that are complete now. Raises ValueError for a line without end."""
        *lines, self._rest = (self._rest + piece).split(b"\n")
        if len(self._rest) > MOST_BYTES:
            raise ValueError("a line does not end")
        return [line[len(_DATA) :].strip() for line in lines if line.startswith(_DATA)]
