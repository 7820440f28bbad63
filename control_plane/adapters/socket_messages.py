"""Messages of a websocket out of its frames, by the rules of RFC 6455."""

from typing import Final

from picows import WSCloseCode, WSFrame, WSMsgType

MAX_FRAMES: Final = 2**14
"""A message has no more, so that empty ones cannot go on for ever."""

_TEXT, _CONTINUATION = WSMsgType.TEXT, WSMsgType.CONTINUATION


class RulesBroken(Exception):
    """The peer does not keep to the protocol; `code` is the close code that says how."""

    def __init__(self, code: WSCloseCode) -> None:
        super().__init__(code.name)
        self.code = code


class Messages:
    """Puts frames of data together; control frames may come between them."""

    def __init__(self, max_size: int) -> None:
        """`max_size` bounds one message in bytes, in however many frames it comes."""
        self._max_size = max_size
        self._parts: list[bytes] = []
        self._size = 0
        self._kind: WSMsgType | None = None

    def add(self, frame: WSFrame, kind: WSMsgType) -> str | bytes | None:
        """The message that this frame completes, text or binary by its type. Raises RulesBroken."""
        if frame.rsv1 or frame.rsv2 or frame.rsv3 or (kind == _CONTINUATION) != (self._kind is not None):
            raise RulesBroken(WSCloseCode.PROTOCOL_ERROR)
        if frame.fin and self._kind is None:
            return _decoded(frame.get_payload_as_bytes(), kind)
        return self._collect(frame, kind)

    def forget(self) -> None:
        """What has begun will not be completed."""
        self._parts, self._kind, self._size = [], None, 0

    def _collect(self, frame: WSFrame, kind: WSMsgType) -> str | bytes | None:
        first = self._kind = self._kind or kind
        self._parts.append(frame.get_payload_as_bytes())
        self._size += frame.payload_size
        if self._size > self._max_size or len(self._parts) > MAX_FRAMES:
            raise RulesBroken(WSCloseCode.MESSAGE_TOO_BIG)
        if not frame.fin:
            return None
        whole = b"".join(self._parts)
        self.forget()
        return _decoded(whole, first)


def _decoded(payload: bytes, kind: WSMsgType) -> str | bytes:
    if kind != _TEXT:
        return payload
    try:
        return payload.decode()
    except UnicodeDecodeError as exc:
        raise RulesBroken(WSCloseCode.INVALID_TEXT) from exc
