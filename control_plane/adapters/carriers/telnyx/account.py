"""What an operator can choose about the use of a Telnyx account."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

PROVIDER: Final = "telnyx"
BASE_URL: Final = "https://api.telnyx.com/v2"
TARGET_LEGS: Final = "self"
ENGINE: Final = "Google"

DEFAULT_LANGUAGE: Final = "es"
VOICES: Final[Mapping[str, str]] = {"es": "AWS.Polly.Mia-Neural", "en": "AWS.Polly.Joanna-Neural"}
"""Voice of `speak` by language, as `Provider.Model.Voice`; the voice decides the language spoken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TelnyxAccount:
    """Credentials, and the settings that go into the commands."""

    api_key: str = field(repr=False)
    connection_id: str
    """Id of the Call Control application that dials."""
    base_url: str = BASE_URL
    webhook_url: str = ""
    """Sent with every command that begins a leg, so that this gateway gets its events; empty: the application's own."""
    ring_s: int = 30
    """How long Telnyx lets a dialled telephone ring: 5 to 600."""
    talk_s: int = 14_000
    """How long it lets a call last: 60 to 14,000."""
    stream_target_legs: str = TARGET_LEGS
    """Who hears what we stream: `self`, `opposite` or `both`. Telnyx's default speaks of bridged legs."""
    voices: Mapping[str, str] = field(default_factory=lambda: VOICES)
    transcription_engine: str = ENGINE
    """Whose recogniser `transcription_start` uses; Google's sends interim results."""

    def language(self, wanted: str) -> str:
        """The supported language nearest to a tag such as `es-MX` or `multi`."""
        primary = wanted.split("-")[0].lower()
        return primary if primary in self.voices else DEFAULT_LANGUAGE
