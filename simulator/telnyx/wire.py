"""The words of the media socket, from the carrier's side: one JSON text frame each."""

import json
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

_dumps = json.JSONEncoder(separators=(",", ":")).encode
_MEDIA: Final = (
    b'{"event":"media","sequence_number":"%%d","stream_id":"%b",'
    b'"media":{"track":"%b","chunk":"%%d","timestamp":"%%d","payload":"%%b"}}'
)


class Wire:
    """Writes the messages of one stream and counts them: sequence numbers and chunks are strings and begin at 1."""

    def __init__(self) -> None:
        self.stream_id = str(uuid4())
        self._sequence = 0
        self._chunks = {"inbound": 0, "outbound": 0}
        self._media = {track: _MEDIA % (self.stream_id.encode(), track.encode()) for track in self._chunks}

    def connected(self, token: str) -> str:
        message: dict[str, Any] = {"event": "connected", "version": "1.0.0"}
        if token:
            message["connected"] = {"x-telnyx-streaming-auth-token": token}
        return _dumps(message)

    def start(self, start: dict[str, Any]) -> str:
        return self._message("start", {"start": start})

    def media(self, payload: bytes, at_ms: int, *, track: str = "inbound") -> bytes:
        """`payload` in base64; `at_ms` since the start of the stream."""
        self._sequence += 1
        self._chunks[track] = chunk = self._chunks[track] + 1
        return self._media[track] % (self._sequence, chunk, at_ms, payload)

    def dtmf(self, digit: str) -> str:
        return self._message("dtmf", {"occurred_at": timestamp(), "dtmf": {"digit": digit}})

    def mark(self, name: str) -> str:
        return self._message("mark", {"mark": {"name": name}})

    def stop(self, call_control_id: str) -> str:
        return self._message("stop", {"stop": {"user_id": USER_ID, "call_control_id": call_control_id}})

    def error(self, code: int, title: str, *, detail: str) -> str:
        payload = {"code": code, "title": title, "detail": detail}
        return _dumps({"event": "error", "stream_id": self.stream_id, "payload": payload})

    def _message(self, event: str, rest: dict[str, Any]) -> str:
        self._sequence += 1
        return _dumps({"event": event, "sequence_number": str(self._sequence), "stream_id": self.stream_id, **rest})


USER_ID = "3e6f995f-85f7-4705-9741-53b116d28237"


def timestamp() -> str:
    """Wall time as the carrier writes it: ISO 8601 with microseconds and Z."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
