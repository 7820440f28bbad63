"""HTTP/1.1 answers: where a head and a body end (RFC 9112). It waits for nothing and knows no socket."""

import re
from collections.abc import Callable
from typing import Final

MOST_HEAD: Final = 64 * 1024
_MOST_LINE: Final = 4096
"""Of a chunk's size with its extensions, or of a trailer."""
_STATUS: Final = re.compile(rb"HTTP/1\.([01]) ([1-5]\d\d)(?: [^\r\n]*)?")
_FIELD: Final = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\r\n\0]*?)[ \t]*")
_SIZE: Final = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;.*)?")
_WITHOUT_BODY: Final = (204, 304)
_INTERIM: Final = range(100, 200)
_SWITCHING: Final = 101


class Garbled(Exception):
    """What came is no HTTP/1.1 answer, or ended before its end. The text is safe to log."""


class AnswerReader:
    """One answer. It is told all that comes over the connection, and gives what is in the body."""

    def __init__(self, *, bodiless: bool = False) -> None:
        """`bodiless` for the answer to a HEAD, whose head describes a body that does not come."""
        self.status = 0
        """0 until the head is complete."""
        self.headers: list[tuple[bytes, bytes]] = []
        self.complete = False
        self.keeps = False
        """Whether the connection can be used again, once the answer is complete."""
        self._bodiless = bodiless
        self._rest = b""
        """What came and was not understood yet."""
        self._left = 0
        """Bytes that are missing of the body, or of the chunk."""
        self._step: Callable[[list[bytes]], bool] = self._head

    def feed(self, data: bytes) -> bytes:
        """What there is of the body in it. Raises Garbled."""
        self._rest = self._rest + data if self._rest else data
        body: list[bytes] = []
        while self._step(body):
            pass
        return body[0] if len(body) == 1 else b"".join(body)

    def end(self) -> None:
        """The peer has closed the connection, which is the end of some bodies. Raises Garbled."""
        if self._step == self._until_closed:
            self.complete = True
        elif not self.complete:
            raise Garbled("the connection ended within the answer")

    # --- steps: each takes what it understands, and tells whether the next one may try ------------

    def _head(self, _: list[bytes]) -> bool:
        head, end, rest = self._rest.partition(b"\r\n\r\n")
        if not end or len(head) > MOST_HEAD:
            if len(self._rest) > MOST_HEAD:
                raise Garbled("its head does not end")
            return False
        self._rest = rest
        line, *fields = head.split(b"\r\n")
        status = _STATUS.fullmatch(line)
        if status is None or int(status[2]) == _SWITCHING:
            raise Garbled("no status of HTTP/1.1")
        if int(status[2]) in _INTERIM:
            return True
        self.status = int(status[2])
        self.headers = [_field(field) for field in fields]
        self.keeps = status[1] == b"1" and b"close" not in self._values(b"connection")
        self._step = self._framing()
        return True

    def _framing(self) -> Callable[[list[bytes]], bool]:
        if self._bodiless or self.status in _WITHOUT_BODY:
            return self._finish
        if codings := self._values(b"transfer-encoding"):
            if codings != [b"chunked"]:
                raise Garbled("an unknown transfer coding")
            return self._size
        lengths = set(self._values(b"content-length"))
        if not lengths:
            self.keeps = False
            return self._until_closed
        if len(lengths) > 1 or not (length := lengths.pop()).isdigit():
            raise Garbled("no length of a body")
        self._left = int(length)
        return self._counted if self._left else self._finish

    def _counted(self, body: list[bytes]) -> bool:
        self._take(body)
        if self._left == 0:
            self._step = self._finish
        return self._left == 0

    def _until_closed(self, body: list[bytes]) -> bool:
        self._left = len(self._rest)
        self._take(body)
        return False

    def _size(self, _: list[bytes]) -> bool:
        line = self._line()
        if line is None:
            return False
        size = _SIZE.fullmatch(line)
        if size is None:
            raise Garbled("no size of a chunk")
        self._left = int(size[1], 16)
        self._step = self._chunk if self._left else self._trailer
        return True

    def _chunk(self, body: list[bytes]) -> bool:
        self._take(body)
        if self._left or len(self._rest) < len(b"\r\n"):
            return False
        if not self._rest.startswith(b"\r\n"):
            raise Garbled("a chunk is longer than its size")
        self._rest = self._rest[2:]
        self._step = self._size
        return True

    def _trailer(self, _: list[bytes]) -> bool:
        line = self._line()
        if line == b"":
            self._step = self._finish
        return line is not None

    def _finish(self, _: list[bytes]) -> bool:
        self.complete = True
        if self._rest:
            self.keeps = False  # nobody asked for more
        return False

    # --- pieces -----------------------------------------------------------------------------------

    def _take(self, body: list[bytes]) -> None:
        if piece := self._rest[: self._left]:
            self._left -= len(piece)
            self._rest = self._rest[len(piece) :]
            body.append(piece)

    def _line(self) -> bytes | None:
        line, end, rest = self._rest.partition(b"\r\n")
        if not end or len(line) > _MOST_LINE:
            if len(self._rest) > _MOST_LINE:
                raise Garbled("a line does not end")
            return None
        self._rest = rest
        return line

    def _values(self, name: bytes) -> list[bytes]:
        """All values of a field that is a list, in lower case."""
        found = (value.split(b",") for each, value in self.headers if each == name)
        return [part.strip().lower() for parts in found for part in parts if part.strip()]


def _field(line: bytes) -> tuple[bytes, bytes]:
    field = _FIELD.fullmatch(line)
    if field is None:
        raise Garbled("no header field")
    return field[1].lower(), field[2]
