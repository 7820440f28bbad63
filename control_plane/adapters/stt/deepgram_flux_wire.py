"""The messages of Deepgram's v2 `listen` socket (Flux), which tells turns where v1 tells segments.

Source: Deepgram, API reference of the live endpoint v2.
"""

from dataclasses import dataclass
from typing import Any, Final

import orjson

from control_plane.adapters.refusals import machine_name
from control_plane.core.audio.frames import SAMPLE_RATE
from control_plane.core.turn.events import EagerEnd, FinalHeard, InterimHeard
from control_plane.ports.errors import MalformedMessage, Rejected, Unavailable
from control_plane.ports.hearing import Heard, HearingOptions, Listening

PROVIDER: Final = "deepgram-flux"
PATH: Final = "/v2/listen"
MODEL_OF_ALL: Final = "flux-general-multi"
MODEL_OF_ENGLISH: Final = "flux-general-en"
MAX_KEYTERMS: Final = 100

CLOSE_STREAM: Final = '{"type":"CloseStream"}'

_OUR_FAULT: Final = frozenset(("UNPARSABLE_CLIENT_MESSAGE",))


def model_of(options: HearingOptions, default_model: str) -> str:
    """A model that is no Flux, as the options of a call may name for another recogniser, counts as none."""
    for model in (options.model, default_model):
        if model.startswith("flux"):
            return model
    return MODEL_OF_ENGLISH if options.language.partition("-")[0] == "en" else MODEL_OF_ALL


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnEnds:
    """How sure Flux is of the end of a turn."""

    end: float = 0.7
    """When it ends the turn, 0.5 to 1."""
    eager: float = 0.5
    """When it tells that the end may have come, 0.3 to 0.9 and at most `end`; 0 for never."""


def listen_query(options: HearingOptions, default_model: str, *, ends: TurnEnds) -> list[tuple[str, str]]:
    """The query of the socket. There is no `language`: the multilingual model takes hints."""
    model = model_of(options, default_model)
    query = [
        ("model", model),
        ("encoding", "mulaw"),
        ("sample_rate", str(SAMPLE_RATE)),
        ("numerals", "true"),
        ("eot_threshold", f"{ends.end:g}"),
    ]
    if ends.eager:
        query.append(("eager_eot_threshold", f"{min(ends.eager, ends.end):g}"))
    if model == MODEL_OF_ALL and options.language != "multi":
        query.append(("language_hint", options.language.partition("-")[0]))
    terms = [term for term in options.keyterms if term.strip()][:MAX_KEYTERMS]
    return [*query, *(("keyterm", term) for term in terms)]


def heard(raw: str | bytes) -> Heard | Listening | None:
    """What one message tells, or None when it says nothing about words.

    Raises MalformedMessage for what cannot be read, ProviderError for Deepgram's own `Error` message, which is the end.
    """
    try:
        message = orjson.loads(raw)
    except orjson.JSONDecodeError as exc:
        raise MalformedMessage("not JSON") from exc
    kind = message.get("type") if isinstance(message, dict) else None
    match kind:
        case "TurnInfo":
            return _turn(message)
        case "Error":
            code = machine_name(message.get("code"))
            raise (Rejected if code in _OUR_FAULT else Unavailable)(PROVIDER, "reported an error", code=code)
        case str():
            return None
        case _:
            raise MalformedMessage("no message type")


def _turn(message: dict[str, Any]) -> Heard | Listening:
    """The transcript is always that of the whole turn so far; a resumed turn goes on growing."""
    text = message.get("transcript")
    if not isinstance(text, str):
        raise MalformedMessage("TurnInfo without a transcript")
    text = text.strip()
    match message.get("event"):
        case "EndOfTurn":
            return FinalHeard(text=text, ends_speech=True)
        case "EagerEndOfTurn" if text:
            return EagerEnd(text=text)
        case _:
            return InterimHeard(text=text) if text else Listening()
