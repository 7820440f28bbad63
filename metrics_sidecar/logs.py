"""How log lines of the sidecar look: one JSON object a line on standard error."""

import json
import logging
import sys
from typing import Final

from metrics_sidecar import clock

_PLAIN: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """The sentence, and the keys given as `extra`. Callers' numbers are never among them."""

    def format(self, record: logging.LogRecord) -> str:
        line = {"event": record.getMessage(), "level": record.levelname.lower(), "logger": record.name}
        extra = {key: value for key, value in vars(record).items() if key not in _PLAIN}
        if record.exc_info and record.exc_info[0]:
            # The text of an exception may quote what was read; its kind does not.
            extra["error"] = record.exc_info[0].__name__
        return json.dumps({**line, **extra, "at": round(clock.wall(), 3)}, default=str, ensure_ascii=False)


def configure(level: str) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # Both write a line for each request.
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
