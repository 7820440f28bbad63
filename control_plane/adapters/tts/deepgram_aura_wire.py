"""The messages of Deepgram's v1 `speak` socket and request, without any waiting.

Source: Deepgram, API reference of text to speech v1 (Aura).
"""

import re
from dataclasses import dataclass
from typing import Any, Final, Literal

import orjson

from control_plane.adapters.provider_socket import SocketLost, lost
from control_plane.adapters.refusals import machine_name, refusal
from control_plane.core.audio.frames import SAMPLE_RATE
from control_plane.ports.errors import MalformedMessage, ProviderError, Rejected, Unavailable
from control_plane.ports.voice import VoiceOptions

PROVIDER: Final = "deepgram"
PATH: Final = "/v1/speak"

DEFAULT_VOICES: Final = {"es": "aura-2-celeste-es", "en": "aura-2-thalia-en"}
"""By language. Deepgram has no voice that changes language."""
FALLBACK_LANGUAGE: Final = "es"

SLOWEST: Final = 0.7
FASTEST: Final = 1.5
FLUSHES: Final = 20
FLUSH_WINDOW_S: Final = 60.0
"""One socket takes so many `Flush` in so long; more of them are answered with a warning and nothing else."""

FLUSH: Final = '{"type":"Flush"}'
CLEAR: Final = '{"type":"Clear"}'
CLOSE: Final = '{"type":"Close"}'

_MODEL: Final = re.compile(r"aura(?:-2)?-[a-z]+-[a-z]{2}")
_NAME: Final = re.compile(r"[a-z]{3,20}")
_CLOSE_NAME: Final = re.compile(r"(?:MESSAGE|DATA|BIG|NET)-\d{4}")
_OUR_FAULT: Final = ("MESSAGE", "DATA", "BIG")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the server says that matters here; audio comes as bytes."""

    kind: Literal["flushed", "cleared", "refused_flush", "other"]


def query(options: VoiceOptions, default_voice: str) -> list[tuple[str, str]]:
    """The query of a socket and of a request: telephone audio without a header."""
    asked = [
        ("model", model_of(options, default_voice)),
        ("encoding", "mulaw"),
        ("sample_rate", str(SAMPLE_RATE)),
        ("container", "none"),
    ]
    if options.speed != 1.0:
        asked.append(("speed", f"{min(FASTEST, max(SLOWEST, options.speed)):g}"))
    return asked


def model_of(options: VoiceOptions, default_voice: str) -> str:
    """A voice is a model here, `aura-2-celeste-es` or `celeste` for short.

    What cannot be a voice of Deepgram's, such as the id of another provider's in the options of a call that changed
    its voice, leaves the default one in its place.
    """
    language = options.language.partition("-")[0].lower()
    for voice in (options.voice, options.model, default_voice):
        if _MODEL.fullmatch(voice):
            return voice
        if _NAME.fullmatch(voice) and voice is not options.model:
            return f"aura-2-{voice}-{language if language in DEFAULT_VOICES else FALLBACK_LANGUAGE}"
    return DEFAULT_VOICES.get(language, DEFAULT_VOICES[FALLBACK_LANGUAGE])


def speak(text: str) -> str:
    """A clause. It ends in a space, or its last word may be glued to the next."""
    return orjson.dumps({"type": "Speak", "text": f"{text.rstrip()} "}).decode()


def read(raw: str) -> Said:
    """A text message. Raises MalformedMessage for what cannot be read, ProviderError for Deepgram's own `Error`."""
    try:
        message = orjson.loads(raw)
    except orjson.JSONDecodeError as exc:
        raise MalformedMessage("not JSON") from exc
    kind = message.get("type") if isinstance(message, dict) else None
    match kind:
        case "Flushed":
            return Said(kind="flushed")
        case "Cleared":
            return Said(kind="cleared")
        case "Warning":
            return Said(kind="refused_flush" if _is_about_flushes(message) else "other")
        case "Error":
            code = machine_name(message.get("code")) or machine_name(message.get("err_code"))
            raise Unavailable(PROVIDER, "reported an error", code=code)
        case str():
            return Said(kind="other")
        case _:
            raise MalformedMessage("no message type")


def _is_about_flushes(warning: dict[str, Any]) -> bool:
    """The code of this warning is not documented; its text speaks of flush messages."""
    return "flush" in f"{warning.get('code')} {warning.get('description')}".lower()


def closed_by_provider(closed: SocketLost) -> ProviderError:
    """Why the socket ended: what it could not read or was too big is our fault, the rest is not."""
    named = _CLOSE_NAME.search(closed.reason)
    if named is None:
        return lost(PROVIDER, closed)
    kind = Rejected if named[0].startswith(_OUR_FAULT) else Unavailable
    return kind(PROVIDER, "ended the voice", code=named[0])


def http_error(status: int, body: bytes, *, retry_after: str = "") -> ProviderError:
    """The error for an HTTP answer; `err_code` names the fault."""
    return refusal(PROVIDER, status, code=_error_code(body), retry_after=retry_after)


def _error_code(body: bytes) -> str:
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ""
    return machine_name(answer.get("err_code")) if isinstance(answer, dict) else ""
