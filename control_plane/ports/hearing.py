"""Speech to text: an ear per call."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from control_plane.core.turn.events import EagerEnd, FinalHeard, InterimHeard, UtteranceEnded

Heard = InterimHeard | EagerEnd | FinalHeard | UtteranceEnded


@dataclass(frozen=True, slots=True)
class Listening:
    """A sign of life: the recogniser has heard a sound, or nothing, and has no word to tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingOptions:
    """How one call is to be heard. Audio is PCMU, 8 kHz, mono."""

    language: str = "es"
    """`es`, `en` or `multi`."""
    providers: tuple[str, ...] = ()
    """Who may listen, by name, in this order; empty: the installation's order."""
    model: str = ""
    """Of the first of them; empty for the adapter's default."""
    endpointing_ms: int = 200
    keyterms: tuple[str, ...] = ()
    avoid: str = ""
    """A provider that has just failed: the others are asked first."""


class Ear(Protocol):
    """One open recognition. One task sends, another listens."""

    def offer(self, audio: bytes) -> bool:
        """`send` without waiting: whether it was taken. Not when the provider does not keep up, or the ear is lost;
        then `send` tells which.
        """
        ...

    async def send(self, audio: bytes) -> None:
        """Audio as it comes, 20 ms or more; an empty piece is ignored. Raises ProviderError when the ear is lost."""
        ...

    async def finalize(self) -> None:
        """The caller fell silent: what was sent so far is to become final now, without waiting for the recogniser's
        own endpoint. A recogniser that cannot do that does nothing. Raises ProviderError when the ear is lost.
        """
        ...

    async def listen(self, take: Callable[[Heard | Listening], None]) -> None:
        """Tell `take` what is heard as it comes, until `aclose`: in the callback that brings it, which spares a turn of
        the loop. Whoever listens to a voice and tells nothing at all is taken to be broken. Raises ProviderError when
        the provider ends the recognition by itself, and what `take` raises."""
        ...

    async def aclose(self) -> None: ...


class SpeechToText(Protocol):
    """A recogniser. While no audio flows, the ear keeps itself alive."""

    async def open(self, options: HearingOptions) -> Ear:
        """Raises ProviderError."""
        ...

    async def aclose(self) -> None: ...
