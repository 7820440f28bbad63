"""How a log line of a process is shown to people: time, level, sentence, keys."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any, Final

RESET: Final = "\x1b[0m"
DIM: Final = "\x1b[2m"
LEVELS: Final = {"debug": DIM, "warning": "\x1b[33m", "error": "\x1b[31m", "critical": "\x1b[1;31m"}
PROCESSES: Final = ("\x1b[36m", "\x1b[35m", "\x1b[32m", "\x1b[34m", "\x1b[96m", "\x1b[95m")
_SENTENCE: Final = ("message", "event")
_TIME: Final = ("timestamp", "at")
_LEFT_OUT: Final = {*_SENTENCE, *_TIME, "level", "module", "logger", "exception"}
_NGINX: Final = re.compile(r"\d{4}/\d\d/\d\d (?P<time>\d\d:\d\d:\d\d) \[(?P<level>\w+)\] (?:\d+#\d+: )?(?P<text>.*)")
_NGINX_LEVELS: Final = {"warn": "warning", "crit": "critical", "alert": "critical", "emerg": "critical"}
_UNSEEN: Final = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if code != 9}
"""Control characters could rewrite what stands on the terminal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How lines are shown."""

    width: int
    """Of the longest process name."""
    colour: bool = False
    raw: bool = False
    """The lines as they were written."""
    zone: tzinfo | None = None
    """None: this machine's."""


class LogView:
    """Turns lines of processes into lines for a terminal; each process keeps its colour."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._colours: dict[str, str] = {}

    def show(self, process: str, line: str) -> str:
        """Without a line end. `line` is one line that the process has written."""
        if self._look.raw:
            return line
        match _read(line):
            case dict(document):
                return self._document(process, document)
        if found := _NGINX.fullmatch(line):
            level = _NGINX_LEVELS.get(found["level"], found["level"])
            return self._line(process, time=found["time"], level=level, text=_plain(found["text"]))
        return self._line(process, time="", level="", text=_plain(line))

    def _document(self, process: str, document: Mapping[str, Any]) -> str:
        sentence = next((str(document[name]) for name in _SENTENCE if name in document), "")
        keys = " ".join(f"{_plain(name)}={_value(document[name])}" for name in document if name not in _LEFT_OUT)
        level = str(document.get("level", "")).lower()
        text = f"{_plain(sentence)}{'  ' if keys else ''}{self._paint(DIM, keys)}"
        shown = [self._line(process, time=self._time(document), level=level, text=text)]
        traces = str(document.get("exception", "")).splitlines()
        return "\n".join([*shown, *(self._line(process, time="", level="", text=_plain(each)) for each in traces)])

    def _line(self, process: str, *, time: str, level: str, text: str) -> str:
        colour = self._colours.setdefault(process, PROCESSES[len(self._colours) % len(PROCESSES)])
        name = self._paint(colour, f"{process:<{self._look.width}} |")
        if not (time or level):
            return f"{name} {text}"
        shown_level = self._paint(LEVELS.get(level, ""), f"{_plain(level):<7}")
        return f"{name} {time:<8} {shown_level} {text}".rstrip()

    def _time(self, document: Mapping[str, Any]) -> str:
        for name in _TIME:
            if (moment := _moment(document.get(name))) is not None:
                return f"{moment.astimezone(self._look.zone):%H:%M:%S}"
        return ""

    def _paint(self, colour: str, text: str) -> str:
        return f"{colour}{text}{RESET}" if self._look.colour and colour and text else text


def _read(line: str) -> object:
    if not line.startswith("{"):
        return None
    try:
        return json.loads(line)
    except ValueError:
        return None


def _moment(value: object) -> datetime | None:
    try:
        match value:
            case str():
                return datetime.fromisoformat(value)
            case int() | float():
                return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None


def _value(value: object) -> str:
    if isinstance(value, str) and value and not any(sign in value for sign in " \"'="):
        return _plain(value)
    return _plain(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def _plain(text: str) -> str:
    return text.translate(_UNSEEN)
