"""The messages of Deepgram's v1 `listen` socket: what is asked in the query, what is heard, why it was closed.

Source: Deepgram, API reference of the live endpoint v1.
"""

import re
from typing import Any, Final

import orjson

from control_plane.adapters.provider_socket import SocketLost, lost
from control_plane.adapters.refusals import machine_name
from control_plane.core.audio.frames import SAMPLE_RATE
from control_plane.core.turn.events import FinalHeard, InterimHeard, UtteranceEnded
from control_plane.ports.errors import MalformedMessage, ProviderError, Rejected, Unavailable
from control_plane.ports.hearing import Heard, HearingOptions, Listening

PROVIDER: Final = "deepgram"
DEFAULT_MODEL: Final = "nova-3"

KEEP_ALIVE: Final = '{"type":"KeepAlive"}'
FINALIZE: Final = '{"type":"Finalize"}'
CLOSE_STREAM: Final = '{"type":"CloseStream"}'

_KEYTERM_MODELS: Final = "nova-3"
"""Older models refuse `keyterm` with 400."""
_CLOSE_NAME: Final = re.compile(r"(?:DATA|NET)-\d{4}")

_FIXED_QUERY: Final = (
    ("encoding", "mulaw"),
    ("sample_rate", str(SAMPLE_RATE)),
    ("channels", "1"),
    ("interim_results", "true"),
    ("utterance_end_ms", "1000"),
    ("vad_events", "true"),
    ("punctuate", "true"),
    ("numerals", "true"),
    # Without it a number may be held back for 3 s of silence.
    ("no_delay", "true"),
)


def listen_query(options: HearingOptions, default_model: str) -> list[tuple[str, str]]:
    """The query of the socket; `keyterm` is repeated, and only for models that know it."""
    model = options.model or default_model
    query = [("model", model), ("language", options.language), *_FIXED_QUERY]
    query.append(("endpointing", str(options.endpointing_ms)))
    if model.startswith(_KEYTERM_MODELS):
        query.extend(("keyterm", term) for term in options.keyterms if term.strip())
    return query


def heard(raw: str | bytes) -> Heard | Listening | None:
    """What one message tells, or None when it is not about the sound (Metadata).

    Raises MalformedMessage for what cannot be read, ProviderError for Deepgram's own `Error` message.
    """
    try:
        message = orjson.loads(raw)
    except orjson.JSONDecodeError as exc:
        raise MalformedMessage("not JSON") from exc
    kind = message.get("type") if isinstance(message, dict) else None
    match kind:
        case "Results":
            return _results(message)
        case "UtteranceEnd":
            return UtteranceEnded()
        case "SpeechStarted":
            return Listening()
        case "Error":
            code = machine_name(message.get("code")) or machine_name(message.get("variant"))
            raise Unavailable(PROVIDER, "reported an error", code=code)
        case str():
            return None
        case _:
            raise MalformedMessage("no message type")


def _results(message: dict[str, Any]) -> Heard | Listening:
    try:
        text = message["channel"]["alternatives"][0]["transcript"].strip()
    except (KeyError, IndexError, TypeError, AttributeError) as exc:
        raise MalformedMessage("Results without a transcript") from exc
    if message.get("is_final"):
        return FinalHeard(text=text, ends_speech=bool(message.get("speech_final")))
    return InterimHeard(text=text) if text else Listening()


def closed_by_provider(closed: SocketLost, provider: str = PROVIDER) -> ProviderError:
    """Why the socket ended: DATA-0000 (audio it cannot decode) is our fault, the rest is not."""
    named = _CLOSE_NAME.search(closed.reason)
    if named is None:
        return lost(provider, closed)
    kind = Rejected if named[0].startswith("DATA") else Unavailable
    return kind(provider, "ended the recognition", code=named[0])
