"""The messages of ElevenLabs' `multi-stream-input` socket and speech request, without any waiting.

Source: ElevenLabs, API reference, text to speech over websockets.
Clients in the field send `context_id` and receive `contextId`; both are read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import orjson
import pybase64

from control_plane.adapters.refusals import kind_of, machine_name, refusal
from control_plane.ports.errors import (
    MalformedMessage,
    Misconfigured,
    ProviderError,
    RateLimited,
    Rejected,
    Unavailable,
)
from control_plane.ports.voice import SpokenPiece, VoiceOptions

PROVIDER: Final = "elevenlabs"
DEFAULT_MODEL: Final = "eleven_flash_v2_5"
OUTPUT_FORMAT: Final = "ulaw_8000"
MAX_CONTEXTS: Final = 5
"""Alive on one socket; the sixth closes it."""
SLOWEST: Final = 0.7
FASTEST: Final = 1.2

_LANGUAGE_MODELS: Final = "_v2_5"
"""Only these take `language_code`; the others answer 400 or ignore it."""

_BY_CODE: Final[Mapping[str, type[ProviderError]]] = {
    # A legacy quota fault comes with 401, an unknown voice with 404: the name says more than the status.
    "quota_exceeded": Misconfigured,
    "max_character_limit": Misconfigured,
    "insufficient_credits": Misconfigured,
    "invalid_api_key": Misconfigured,
    "missing_api_key": Misconfigured,
    "unauthorized": Misconfigured,
    "feature_not_available": Misconfigured,
    "subscription_required": Misconfigured,
    "voice_access_denied": Misconfigured,
    "model_access_denied": Misconfigured,
    "voice_not_found": Misconfigured,
    "model_not_found": Misconfigured,
    "invalid_voice_id": Misconfigured,
    "unsupported_model": Misconfigured,
    "invalid_output_format": Misconfigured,
    "rate_limit_exceeded": RateLimited,
    "concurrent_limit_exceeded": RateLimited,
    "too_many_concurrent_requests": RateLimited,
    "system_busy": RateLimited,
    "max_active_conversations": RateLimited,
    "invalid_parameters": Rejected,
    "invalid_voice_settings": Rejected,
    "text_too_long": Rejected,
    "empty_text": Rejected,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextMessage:
    """What the server says about one context. A message may bring audio, the end, or both."""

    context: str
    piece: SpokenPiece | None
    final: bool


def socket_path(voice: str) -> str:
    return f"/v1/text-to-speech/{quote(voice, safe='')}/multi-stream-input"


def speech_path(voice: str) -> str:
    return f"/v1/text-to-speech/{quote(voice, safe='')}/stream"


def socket_query(options: VoiceOptions, default_model: str) -> list[tuple[str, str]]:
    """The query of a socket. `inactivity_timeout` is the longest on offer."""
    model = options.model or default_model
    query = [
        ("model_id", model),
        ("output_format", OUTPUT_FORMAT),
        ("auto_mode", "true"),
        ("inactivity_timeout", "180"),
        ("sync_alignment", "true"),
    ]
    language = _language(options, model)
    return [*query, ("language_code", language)] if language else query


def speech_body(text: str, options: VoiceOptions, *, default_model: str) -> dict[str, Any]:
    """The body of the HTTP request for a whole text."""
    model = options.model or default_model
    body: dict[str, Any] = {"text": text, "model_id": model}
    language = _language(options, model)
    if language:
        body["language_code"] = language
    return body | _voice_settings(options)


def _language(options: VoiceOptions, model: str) -> str:
    """ISO 639-1, from `es` or `es-419`; empty when the model does not take one or the language is not one (`multi`)."""
    primary = options.language.partition("-")[0].lower()
    return primary if model.endswith(_LANGUAGE_MODELS) and len(primary) == 2 else ""


def _voice_settings(options: VoiceOptions) -> dict[str, Any]:
    if options.speed == 1.0:
        return {}
    return {"voice_settings": {"speed": min(FASTEST, max(SLOWEST, options.speed))}}


def open_context(context: str, options: VoiceOptions) -> str:
    """The first message of a context: exactly one space, and the only place where settings are allowed."""
    return _encode({"text": " ", "context_id": context} | _voice_settings(options))


def say(context: str, text: str) -> str:
    """A clause. It ends in a space, or its last word may be glued to the next; `flush` keeps it from being buffered."""
    return _encode({"text": text.rstrip() + " ", "context_id": context, "flush": True})


def keep_alive(context: str) -> str:
    return _encode({"text": "", "context_id": context})


def close_context(context: str) -> str:
    return _encode({"context_id": context, "close_context": True})


def _encode(message: Mapping[str, Any]) -> str:
    return orjson.dumps(message).decode()


def read(raw: str | bytes) -> ContextMessage:
    """Raises MalformedMessage for what cannot be read, ProviderError for the report that precedes a close."""
    try:
        message = orjson.loads(raw)
    except orjson.JSONDecodeError as exc:
        raise MalformedMessage("not JSON") from exc
    if not isinstance(message, dict):
        raise MalformedMessage("not an object")
    if message.get("error"):
        raise _socket_error(message)
    context = message.get("contextId") or message.get("context_id")
    if not isinstance(context, str):
        raise MalformedMessage("no context id")
    final = bool(message.get("isFinal") or message.get("is_final"))
    return ContextMessage(context=context, piece=_piece(message), final=final)


def _piece(message: Mapping[str, Any]) -> SpokenPiece | None:
    encoded = message.get("audio")
    if not encoded:
        return None
    try:
        audio = pybase64.b64decode(encoded, validate=True)
    except (ValueError, TypeError) as exc:
        raise MalformedMessage("audio is not base64") from exc
    text, starts_ms = _alignment(message.get("alignment"))
    return SpokenPiece(audio, text, starts_ms)


def _alignment(alignment: object) -> tuple[str, tuple[int, ...]]:
    """Characters and their starts, which count from 0 in each piece. Anything unexpected gives no alignment."""
    if not isinstance(alignment, dict):
        return "", ()
    chars: Sequence[Any] = alignment.get("chars") or ()
    starts: Sequence[Any] = alignment.get("charStartTimesMs") or alignment.get("charsStartTimesMs") or ()
    if len(chars) != len(starts) or not all(isinstance(start, int | float) for start in starts):
        return "", ()
    pairs = [(char, int(start)) for cluster, start in zip(chars, starts, strict=True) for char in str(cluster)]
    return "".join(char for char, _ in pairs), tuple(start for _, start in pairs)


def _socket_error(message: Mapping[str, Any]) -> ProviderError:
    code = machine_name(message.get("error"))
    return _BY_CODE.get(code, Unavailable)(PROVIDER, "reported an error", code=code)


def http_error(status: int, body: bytes, *, retry_after: str = "") -> ProviderError:
    """The error for an HTTP answer; `detail.code` or the legacy `detail.status` names the fault."""
    code = _detail_code(body)
    return refusal(PROVIDER, status, code=code, retry_after=retry_after, kind=_BY_CODE.get(code, kind_of(status)))


def _detail_code(body: bytes) -> str:
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ""
    detail = answer.get("detail") if isinstance(answer, dict) else None
    if not isinstance(detail, dict):
        return ""
    return machine_name(detail.get("code")) or machine_name(detail.get("status"))
