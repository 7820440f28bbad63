"""The query of Deepgram's live endpoint: which options exist, and which combinations are refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from multidict import MultiMapping

FAMILIES: Final = ("nova-3", "nova-2", "nova", "enhanced", "base")
_VARIETIES: Final = (
    "", "-general", "-meeting", "-phonecall", "-finance", "-conversationalai", "-voicemail", "-video", "-medical",
    "-drivethru", "-automotive",
)  # fmt: skip
ENCODINGS: Final = frozenset(
    "linear16 linear32 flac alaw mulaw amr-nb amr-wb opus ogg-opus speex g729".split()  # noqa: SIM905
)
SIMULATED_ENCODINGS: Final = frozenset({"mulaw", "alaw"})
LANGUAGES: Final = frozenset(
    "multi bg ca cs da de el en es et fi fr hi hu id it ja ko lt lv ms nl no pl pt ro ru sk sv ta taq th tr uk vi zh".split()  # noqa: SIM905, E501
)
KEYTERM_TOKENS: Final = 500
SAMPLE_RATE: Final = 8000


class RefusedError(Exception):
    """Why the handshake is answered with 400."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What the client asked for; times in milliseconds, None for switched off."""

    model: str
    language: str
    encoding: str | None
    interim_results: bool = False
    endpointing_ms: int | None = 10
    utterance_end_ms: int | None = None
    vad_events: bool = False
    punctuated: bool = False
    holds_numbers: bool = False
    """`smart_format` without `no_delay`: a result that ends in a number waits for more."""


def parse_query(query: MultiMapping[str]) -> Query:
    """Raises RefusedError."""
    model = query.get("model", "base")
    family = next((name for name in FAMILIES if model.startswith(name)), None)
    if family is None or model.removeprefix(family) not in _VARIETIES:
        raise RefusedError(f"No such model: {model[:40]}")
    language = query.get("language", "en")
    _check_language(model, language)
    _check_terms(family, query)
    interim = _flag(query, "interim_results")
    utterance_end = _milliseconds(query, "utterance_end_ms", default=None)
    if utterance_end is not None and not interim:
        raise RefusedError("utterance_end_ms needs interim_results=true")
    smart = _flag(query, "smart_format")
    return Query(
        model=model,
        language=language,
        encoding=_encoding(query),
        interim_results=interim,
        endpointing_ms=_milliseconds(query, "endpointing", default=10),
        utterance_end_ms=utterance_end,
        vad_events=_flag(query, "vad_events"),
        punctuated=_flag(query, "punctuate") or smart,
        holds_numbers=smart and not _flag(query, "no_delay"),
    )


def _encoding(query: MultiMapping[str]) -> str | None:
    """None when neither is given: the audio must then be a container, which a telephone line never is."""
    encoding, rate = query.get("encoding"), query.get("sample_rate")
    if encoding is None:
        if rate is not None:
            raise RefusedError("sample_rate needs encoding")
        return None
    if encoding not in ENCODINGS:
        raise RefusedError(f"Unsupported encoding: {encoding[:20]}")
    if rate is None:
        raise RefusedError("encoding needs sample_rate")
    if not rate.isdecimal():
        raise RefusedError("sample_rate is not a number")
    if encoding not in SIMULATED_ENCODINGS or int(rate) != SAMPLE_RATE:
        raise RefusedError("The simulator hears mulaw and alaw at 8000 Hz only")
    if query.get("channels", "1") != "1" or _flag(query, "multichannel"):
        raise RefusedError("The simulator hears one channel only")
    return encoding


def _check_language(model: str, language: str) -> None:
    if language.split("-")[0].lower() not in LANGUAGES:
        raise RefusedError(f"No such language: {language[:20]}")
    if model == "nova-2-phonecall" and not language.lower().startswith("en"):
        raise RefusedError("nova-2-phonecall understands English only")
    if language == "multi" and not model.startswith(("nova-3", "nova-2")):
        raise RefusedError("language=multi needs nova-2 or nova-3")


def _check_terms(family: str, query: MultiMapping[str]) -> None:
    keyterms = query.getall("keyterm", None) or []
    if keyterms and family != "nova-3":
        raise RefusedError("keyterm needs a nova-3 model")
    if sum(len(term.split()) for term in keyterms) > KEYTERM_TOKENS:
        raise RefusedError("Keyterm limit exceeded. The maximum number of tokens across all keyterms is 500.")
    if family == "nova-3" and "keywords" in query:
        raise RefusedError("keywords is not available for nova-3; use keyterm")


def _flag(query: Mapping[str, str], name: str) -> bool:
    value = query.get(name, "false")
    if value not in ("true", "false"):
        raise RefusedError(f"{name} must be true or false")
    return value == "true"


def _milliseconds(query: Mapping[str, str], name: str, *, default: int | None) -> int | None:
    value = query.get(name)
    if value is None or (value == "true" and name == "endpointing"):
        return default
    if value == "false":
        return None
    if not value.isdecimal():
        raise RefusedError(f"{name} must be a number of milliseconds")
    return int(value)
