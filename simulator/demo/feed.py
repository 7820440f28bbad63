"""Reads the gateway's server-sent events."""

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened in a call. `topic`: call.state, call.words, call.turn or call.barge_in."""

    topic: str
    call_id: str
    body: dict[str, Any]


class EventReader:
    """From lines to events, as the HTML standard describes `text/event-stream`; only `event` and `data` matter."""

    def __init__(self) -> None:
        self._topic = ""
        self._data: list[str] = []

    def read(self, line: str) -> list[Event]:
        """The event that this line completes, if it does. Raises ValueError for data that is no JSON object."""
        line = line.rstrip("\r\n")
        if not line:
            return self._dispatch()
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "event":
            self._topic = value
        elif name == "data":
            self._data.append(value)
        return []

    def _dispatch(self) -> list[Event]:
        topic, data = self._topic, "\n".join(self._data)
        self._topic, self._data = "", []
        if not data:
            return []
        body = dict(json.loads(data))
        return [Event(topic=topic, call_id=str(body.pop("call_id", "")), body=body)]
