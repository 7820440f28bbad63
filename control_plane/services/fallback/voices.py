"""Several synthesisers as one: a voice is opened at the first that lets us in."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Final

from control_plane.ports.errors import ProviderError
from control_plane.ports.voice import SpokenPiece, TextToSpeech, Utterance, Voice, VoiceOptions
from control_plane.services.fallback.route import Attempt, Route, Wanted

SPEAK_S: Final = 4.0
"""So long a whole sentence may take while there is another provider to ask."""


class ChainUtterance:
    """An utterance that tells the breaker how it does."""

    def __init__(self, utterance: Utterance, attempt: Attempt[TextToSpeech]) -> None:
        self._utterance = utterance
        self._attempt = attempt
        self._told = False

    async def say(self, text: str) -> None:
        try:
            await self._utterance.say(text)
        except ProviderError as error:
            self.lost(error)
            raise

    async def end(self) -> None:
        try:
            await self._utterance.end()
        except ProviderError as error:
            self.lost(error)
            raise

    async def audio(self) -> AsyncIterator[SpokenPiece]:
        works = False
        try:
            async for piece in self._utterance.audio():
                if not works:
                    works = True
                    self._attempt.worked()
                yield piece
        except ProviderError as error:
            self.lost(error)
            raise

    def lost(self, error: ProviderError) -> None:
        """It failed, or somebody else found out that it does; one loss, of which several learn, counts once."""
        if not self._told:
            self._told = True
            self._attempt.failed(error)

    async def cancel(self) -> None:
        await self._utterance.cancel()


class ChainVoice:
    """The open voice of one call at one provider; it does not change under the caller's ear by itself."""

    def __init__(self, voice: Voice, attempt: Attempt[TextToSpeech]) -> None:
        self.provider = attempt.name
        self.own = attempt.first
        """Whether it is the voice that was asked for, not one that stands in for it."""
        self._voice = voice
        self._attempt = attempt

    async def utterance(self) -> ChainUtterance:
        attempt = self._attempt.again()
        try:
            return ChainUtterance(await self._voice.utterance(), attempt)
        except ProviderError as error:
            attempt.failed(error)
            raise

    async def aclose(self) -> None:
        await self._voice.aclose()


class VoiceChain:
    """A TextToSpeech over all synthesisers. Saying again what was not heard is the business of `StreamMouth`."""

    def __init__(self, route: Route[TextToSpeech]) -> None:
        self._route = route

    async def open(self, options: VoiceOptions) -> ChainVoice:
        async def connect(attempt: Attempt[TextToSpeech]) -> Voice:
            return await attempt.adapter.open(_options(options, attempt))

        attempt, voice = await self._route.ask(_wanted(options), connect)
        return ChainVoice(voice, attempt)

    async def synthesize(self, text: str, options: VoiceOptions) -> bytes:
        async def speak(attempt: Attempt[TextToSpeech]) -> bytes:
            return await attempt.adapter.synthesize(text, _options(options, attempt))

        attempt, audio = await self._route.ask(_wanted(options), speak, patience_s=SPEAK_S)
        attempt.worked()
        return audio

    async def aclose(self) -> None:
        for adapter in self._route.adapters:
            await adapter.aclose()


def _options(options: VoiceOptions, attempt: Attempt[TextToSpeech]) -> VoiceOptions:
    """A voice belongs to one provider; the others have one of their own for the language."""
    return options if attempt.first else replace(options, voice="", model="")


def _wanted(options: VoiceOptions) -> Wanted:
    special = bool(options.voice or options.model)
    return Wanted(
        names=options.providers, avoid=options.avoid, alone=options.alone, special=special, model=options.model
    )
