"""The words of the media socket, from the carrier's side: one JSON text frame each."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

_dumps = json.JSONEncoder(separators=(",", ":")).encode


class Wire:
    """Writes the messages of one stream and counts them: sequence numbers and chunks are strings and begin at 1."""

    def __init__(self) -> None:
        self.stream_id = str(uuid4())
        self._sequence = 0
        self._chunks = {"inbound": 0, "outbound": 0}

    def connected(self, token: str) -> str:
        message: dict[str, Any] = {"event": "connected", "version": "1.0.0"}
        if token:
            message["connected"] = {"x-telnyx-streaming-auth-token": token}
        return _dumps(message)

    def start(self, start: dict[str, Any]) -> str:
        return self._message("start", {"start": start})

    def media(self, payload: str, at_ms: int, *, track: str = "inbound") -> str:
        """`payload` in base64; `at_ms` since the start of the stream."""
        self._sequence += 1
        self._chunks[track] += 1
        return (
            f'{{"event":"media","sequence_number":"{self._sequence}","stream_id":"{self.stream_id}",'
            f'"media":{{"track":"{track}","chunk":"{self._chunks[track]}","timestamp":"{at_ms}","payload":"{payload}"}}}}'
        )

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
