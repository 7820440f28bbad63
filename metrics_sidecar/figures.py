"""What a control plane says of itself at `/api/figures`, and when that cannot be believed."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

LONGEST_TEXT: Final = 200
MOST_REASONS: Final = 20
LARGEST_COUNT: Final = 2**53


class NoFiguresError(ValueError):
    """The answer has not the shape of figures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One answer. Counts of calls, messages, bots and sellers come from the database that all control planes share,
    except `calls_live`."""

    node: str
    version: str
    pid: int
    """0: not told."""
    uptime_s: float
    ready: bool
    draining: bool
    reasons: tuple[str, ...] = ()
    calls_live: int = 0
    calls_today: int | None = None
    answered_today: int | None = None
    messages_today: int | None = None
    messages_total: int | None = None
    """Of these four `None` is: not counted yet."""
    bots: int = 0
    sellers: int = 0


def read(body: bytes) -> Figures:
    """Raises NoFiguresError."""
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise NoFiguresError("no JSON") from error
    if not isinstance(data, dict):
        raise NoFiguresError("no object")
    calls, messages = _part(data, "calls"), _part(data, "messages")
    return Figures(
        node=_text(data, "node"),
        version=_text(data, "version"),
        pid=_count(data, "pid") or 0,
        uptime_s=_seconds(data, "uptime_s"),
        ready=_flag(data, "ready"),
        draining=_flag(data, "draining"),
        reasons=_reasons(data),
        calls_live=_count(calls, "live") or 0,
        calls_today=_count(calls, "today"),
        answered_today=_count(calls, "answered_today"),
        messages_today=_count(messages, "today"),
        messages_total=_count(messages, "total"),
        bots=_count(data, "bots") or 0,
        sellers=_count(data, "sellers") or 0,
    )


def _part(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    part = data.get(key, {})
    if not isinstance(part, dict):
        raise NoFiguresError(key)
    return part


def _text(data: Mapping[str, Any], key: str) -> str:
    text = data.get(key, "")
    if not isinstance(text, str):
        raise NoFiguresError(key)
    return text[:LONGEST_TEXT]


def _flag(data: Mapping[str, Any], key: str) -> bool:
    """Required: without it nobody knows whether calls may go there."""
    flag = data.get(key)
    if not isinstance(flag, bool):
        raise NoFiguresError(key)
    return flag


def _count(data: Mapping[str, Any], key: str) -> int | None:
    count = data.get(key)
    if count is None:
        return None
    if not isinstance(count, int) or isinstance(count, bool) or not 0 <= count <= LARGEST_COUNT:
        raise NoFiguresError(key)
    return count


def _seconds(data: Mapping[str, Any], key: str) -> float:
    seconds = data.get(key, 0.0)
    if not isinstance(seconds, int | float) or isinstance(seconds, bool) or not math.isfinite(seconds):
        raise NoFiguresError(key)
    return max(float(seconds), 0.0)


def _reasons(data: Mapping[str, Any]) -> tuple[str, ...]:
    reasons = data.get("reasons", [])
    if not isinstance(reasons, list) or not all(isinstance(reason, str) for reason in reasons):
        raise NoFiguresError("reasons")
    return tuple(reason[:LONGEST_TEXT] for reason in reasons[:MOST_REASONS])
