"""How a log line looks, and what never stands in it.

A line is a fixed sentence and keys. Keys with a `pii` segment (`pii_text`, `caller.pii`) are dropped unless they are
switched on; keys that name secrets, and texts that look like secrets or telephone numbers, are masked.
"""

import logging
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import BinaryIO, Final, cast

import orjson
import structlog
from structlog.typing import EventDict, FilteringBoundLogger, Processor, WrappedLogger

from control_plane.observability.masking import Mask
from control_plane.observability.tracing import is_sampled, trace_id

QUIET: Final = (
    "httpx",
    "httpx2",
    "httpcore",
    "httpcore2",
    "anthropic",
    "alembic",
    "websockets",
    "picows",
    "hpack",
    "botocore",
    "aiobotocore",
    "sqlalchemy.engine",
    "asyncio",
)
"""Libraries that below WARNING log addresses, and with them ids of calls and numbers."""


def configure_logging(
    level: str = "INFO",
    form: str = "json",
    *,
    show_pii: bool = False,
    stream: BinaryIO | None = None,
    trace_ratio: float = 0.0,
) -> None:
    """Send everything, the standard library's logging too, to `stream` (default: standard output), one line each.

    `form` is `json` or `console`; `trace_ratio` is the share of calls whose traces are kept: their lines carry
    `trace_id`. May be called again; the last call counts.
    """
    threshold = logging.getLevelNamesMapping()[level]
    target = stream if stream is not None else sys.stdout.buffer
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            *([_TraceId(trace_ratio)] if trace_ratio else []),
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            Mask(show_pii=show_pii),
            *FORMS[form],
        ],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.BytesLoggerFactory(target),
        # Loggers are made at import, before this runs; a cached one would keep what it saw first.
        cache_logger_on_first_use=False,
    )
    _route_standard_logging(threshold)


def get_logger(name: str) -> FilteringBoundLogger:
    """A logger that names its module; to be called at import."""
    return cast(FilteringBoundLogger, structlog.get_logger(module=name))


def bind_call(call_id: str) -> AbstractContextManager[None]:
    """Every line within carries this call id, also in tasks that are started within."""
    return structlog.contextvars.bound_contextvars(call_id=call_id)


class _TraceId:
    """Names the trace in the lines of calls that are traced."""

    def __init__(self, ratio: float) -> None:
        self._ratio = ratio

    def __call__(self, logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
        call_id = event.get("call_id", "")
        if call_id and is_sampled(call_id, self._ratio):
            event["trace_id"] = trace_id(call_id)
        return event


class _IntoStructlog(logging.Handler):
    """Hands records of the standard library's logging to structlog."""

    def emit(self, record: logging.LogRecord) -> None:
        level = min(max(record.levelno // 10 * 10, logging.DEBUG), logging.CRITICAL)
        get_logger(record.name).log(level, record.getMessage(), exc_info=record.exc_info)


def _route_standard_logging(threshold: int) -> None:
    root = logging.getLogger()
    others = [handler for handler in root.handlers if not isinstance(handler, _IntoStructlog)]
    root.handlers[:] = [*others, _IntoStructlog()]
    root.setLevel(threshold)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(threshold, logging.WARNING))


class _Utf8:
    """Turns the console form's text into the bytes that the logger writes."""

    def __call__(self, logger: WrappedLogger, method: str, event: str) -> bytes:
        return event.encode()


FORMS: Final[Mapping[str, tuple[Processor, ...]]] = {
    "json": (
        structlog.processors.EventRenamer("message"),
        structlog.processors.JSONRenderer(serializer=orjson.dumps, default=str),
    ),
    "console": (structlog.dev.ConsoleRenderer(colors=False), cast(Processor, _Utf8())),
}
"""The last steps, by `LOG_FORMAT`."""
