"""What is cached, and for how long."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of entry."""

    name: str
    ttl_s: float = 0.0
    """0: REDIS_CACHE_TTL."""
    immutable: bool = False
    """The key decides the value for ever, so a process may trust its own copy for as long as it lives."""


SPEECH: Final = Kind(name="speech", ttl_s=24 * 3600.0, immutable=True)
"""PCMU of phrases that every call says; the key holds voice, model, language and text."""

WAVEFORM: Final = Kind(name="waveform", ttl_s=24 * 3600.0, immutable=True)
"""The picture of a finished recording, by its blob key."""

OVERVIEW: Final = Kind(name="overview", ttl_s=2.0)
"""Figures for the dashboard's first page."""

BOTS: Final = Kind(name="bots")
"""Bots as the API shows them."""

KINDS: Final = (SPEECH, WAVEFORM, OVERVIEW, BOTS)
