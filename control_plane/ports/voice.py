"""Text to speech: a voice per call, an utterance per reply."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceOptions:
    """How the bot sounds. Audio is always PCMU, 8 kHz, mono, without headers."""

    providers: tuple[str, ...] = ()
    """Who may speak, by name, in this order; empty: the installation's order."""
    voice: str = ""
    """A voice id of the first of them; empty for the adapter's default."""
    language: str = "es"
    model: str = ""
    """Of the first of them; empty for the adapter's default."""
    speed: float = 1.0
    avoid: str = ""
    """A provider that has just failed: the others are asked first."""
    alone: bool = False
    """No other than the first will do: for audio that is kept as the voice of this bot."""


@dataclass(frozen=True, slots=True)
class SpokenPiece:
    """A piece of audio and the characters that begin in it."""

    audio: bytes
    """PCMU; any length."""
    text: str = ""
    """The characters spoken in this piece; without `starts_ms` they lie along it and the pieces without text that
    follow."""
    starts_ms: tuple[int, ...] = ()
    """For each character of `text`: when it begins, in ms from the beginning of this piece; empty when the provider
    tells no times."""


class Utterance(Protocol):
    """One reply being spoken: clauses go in, audio comes out, in order, faster than real time."""

    async def say(self, text: str) -> None:
        """Speak one clause, without waiting for more. Raises ProviderError."""
        ...

    async def end(self) -> None:
        """No more clauses: the audio iterator ends after what is left."""
        ...

    def audio(self) -> AsyncIterator[SpokenPiece]:
        """Raises ProviderError when the voice is lost."""
        ...

    async def cancel(self) -> None:
        """Drop what is not delivered yet; the iterator ends. Never raises; may be called twice."""
        ...


class Voice(Protocol):
    """The open voice of one call; at most a few utterances alive at once."""

    async def utterance(self) -> Utterance:
        """Raises ProviderError."""
        ...

    async def aclose(self) -> None: ...


class TextToSpeech(Protocol):
    """A synthesiser."""

    async def open(self, options: VoiceOptions) -> Voice:
        """Connect; the voice keeps itself alive while nothing is said. Raises ProviderError."""
        ...

    async def synthesize(self, text: str, options: VoiceOptions) -> bytes:
        """The whole text at once, as PCMU bytes (webhook mode, audio cache). Raises ProviderError."""
        ...

    async def aclose(self) -> None: ...
