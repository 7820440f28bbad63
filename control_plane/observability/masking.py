"""What is taken out of a log line: secrets always, personal data unless switched on."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from structlog.typing import EventDict, WrappedLogger

HIDDEN: Final = "[hidden]"

SECRET_KEYS: Final = re.compile(
    r"(^|[_.\-])(api_?key|password|secret|token|authorization|credential)s?($|[_.\-])", re.I
)
SECRET_TEXTS: Final = re.compile(
    r"(?<=://)[^/\s:@]*:[^/\s@]+(?=@)"  # user:password@ of an address
    r"|(?i:(?<=bearer )|(?<=basic )|(?<=token ))[A-Za-z0-9._~+/=-]{8,}"  # Authorization headers
    r"|(?<=/stream/media/)[^\s/?\"']+|(?<=/stream/twilio/)[^\s/?\"']+"  # the one-call token of a media socket
    r"|\bsk[-_][A-Za-z0-9_-]{16,}"  # Anthropic, OpenAI, ElevenLabs
    r"|\bKEY[0-9A-Za-z]{16,}(?:_\w+)?"  # Telnyx
    r"|\bAKIA[0-9A-Z]{12,}"  # AWS
)
NUMBERS: Final = re.compile(r"(?:\+|%2B)[1-9]\d{6,14}\b")


class Mask:
    """A step of the log pipeline that drops and masks; it never adds and never fails on odd values."""

    def __init__(self, *, show_pii: bool) -> None:
        self._show_pii = show_pii

    def __call__(self, logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
        return self._mapping(event)

    def _mapping(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {
            key: HIDDEN if _is_secret(str(key), value) else self._value(value)
            for key, value in values.items()
            if self._show_pii or not is_personal(str(key))
        }

    def _value(self, value: Any) -> Any:
        match value:
            case str():
                return self._text(value)
            case Mapping():
                return self._mapping(value)
            case bytes() | bytearray():
                return f"{len(value)} bytes"
            case Sequence():
                return [self._value(item) for item in value]
            case None | bool() | int() | float():
                return value
            case _:
                return self._text(str(value))

    def _text(self, text: str) -> str:
        text = SECRET_TEXTS.sub(HIDDEN, text)
        return text if self._show_pii else NUMBERS.sub(HIDDEN, text)


def is_personal(key: str) -> bool:
    """Whether a key has a `pii` segment."""
    return "pii" in re.split(r"[._]", key.lower())


def _is_secret(key: str, value: object) -> bool:
    return not isinstance(value, int | float) and SECRET_KEYS.search(key) is not None  # `output_tokens` is a count
