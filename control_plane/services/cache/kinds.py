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

SESSIONS: Final = Kind(name="sessions", ttl_s=15.0)
"""Whose a sign-in is, and that it has not ended; by its id."""

API_KEYS: Final = Kind(name="api_keys", ttl_s=15.0)
"""What an API key may do, by its prefix."""

ANSWERING: Final = Kind(name="answering", ttl_s=5.0)
"""What calls ask about bots and numbers when they begin; processes without a common Redis hear of no change."""

KINDS: Final = (SPEECH, WAVEFORM, OVERVIEW, BOTS, ANSWERING, SESSIONS, API_KEYS)
