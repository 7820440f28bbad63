"""The query of Deepgram's turn-taking endpoint: which options exist, and which values are refused."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from multidict import MultiMapping

from simulator.ai.deepgram_query import SIMULATED_ENCODINGS, RefusedError

MODELS: Final = ("flux-general-en", "flux-general-multi")
_KNOWN: Final = frozenset(
    (
        "model", "encoding", "sample_rate", "eot_threshold", "eager_eot_threshold", "eot_timeout_ms", "keyterm",
        "language_hint", "profanity_filter", "numerals", "redact", "mip_opt_out", "tag",
    )
)  # fmt: skip
_KEYTERMS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """When a turn is over."""

    end: float = 0.7
    eager: float | None = None
    timeout_ms: int = 5000

    def __post_init__(self) -> None:
        if not 0.5 <= self.end <= 1.0:
            raise RefusedError("eot_threshold takes 0.5 to 1.0")
        if self.eager is not None and not (0.3 <= self.eager <= 0.9 and self.eager <= self.end):
            raise RefusedError("eager_eot_threshold takes 0.3 to 0.9 and at most eot_threshold")
        if not 500 <= self.timeout_ms <= 60_000:
            raise RefusedError("eot_timeout_ms takes 500 to 60000")

    @property
    def shown(self) -> dict[str, Any]:
        return {"eot_threshold": self.end, "eager_eot_threshold": self.eager, "eot_timeout_ms": self.timeout_ms}


@dataclass(frozen=True, slots=True, kw_only=True)
class FluxQuery:
    """What the client asked for."""

    model: str
    encoding: str
    thresholds: Thresholds


def parse_query(query: MultiMapping[str]) -> FluxQuery:
    """Raises RefusedError."""
    if unknown := set(query) - _KNOWN:
        raise RefusedError(f"Unknown query parameter: {min(unknown)[:40]}")
    model = query.get("model", "")
    if model not in MODELS:
        raise RefusedError(f"No such model: {model[:40]}")
    if "language_hint" in query and model != "flux-general-multi":
        raise RefusedError("language_hint needs flux-general-multi")
    encoding = query.get("encoding", "")
    if encoding not in SIMULATED_ENCODINGS or query.get("sample_rate") != "8000":
        raise RefusedError("The simulator hears mulaw and alaw at 8000.")
    check_keyterms(query.getall("keyterm", ()))
    return FluxQuery(model=model, encoding=encoding, thresholds=thresholds(Thresholds(), query))


def thresholds(present: Thresholds, changes: Mapping[str, Any]) -> Thresholds:
    """What is not named stays. Raises RefusedError."""
    try:
        return Thresholds(
            end=float(changes.get("eot_threshold", present.end)),
            eager=_eager(changes.get("eager_eot_threshold", present.eager)),
            timeout_ms=int(changes.get("eot_timeout_ms", present.timeout_ms)),
        )
    except (TypeError, ValueError) as error:
        raise RefusedError("thresholds are numbers") from error


def check_keyterms(terms: Iterable[object]) -> None:
    """Raises RefusedError."""
    if len(list(terms)) > _KEYTERMS:
        raise RefusedError("Keyterm limit exceeded")


def _eager(value: Any) -> float | None:
    return None if value is None else float(value)
