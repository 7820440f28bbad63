"""The voice of one call: opened ahead of need, reopened when it was lost."""

import asyncio
from dataclasses import replace

from control_plane.core.spoken.alignment import Spoken
from control_plane.core.spoken.speech import speakable
from control_plane.observability.logging import get_logger
from control_plane.observability.metrics import Metrics
from control_plane.ports.errors import ProviderError, Unavailable
from control_plane.ports.voice import TextToSpeech, Utterance, Voice, VoiceOptions
from control_plane.services.cache.kinds import SPEECH
from control_plane.services.cache.service import CacheService
from control_plane.services.fallback.voices import ChainUtterance, ChainVoice

log = get_logger("voice")


class CallVoice:
    """One synthesiser connection per call, and the cache of phrases that every call says."""

    def __init__(self, tts: TextToSpeech, options: VoiceOptions, *, cache: CacheService, metrics: Metrics) -> None:
        self._tts = tts
        self._options = options
        self._cache = cache
        self._metrics = metrics
        self._voice: Voice | None = None
        self._closed = False
        self._counted: ProviderError | None = None
        self._opening = asyncio.Lock()
        # One at a time: what `prepare` has begun is not asked for a second time.
        self._synthesizing = asyncio.Lock()

    async def utterance(self) -> Utterance:
        """A new utterance; a connection that has died is replaced once. Raises ProviderError."""
        voice = await self._open()
        try:
            return await voice.utterance()
        except ProviderError as error:
            log.warning("voice lost, opening it again", error=str(error))
            self.failed(error)
            self._avoid()
            await self._drop()
        try:
            return await (await self._open()).utterance()
        except ProviderError as error:
            self.failed(error)
            raise

    def lost(self, utterance: Utterance, error: ProviderError) -> Voice | None:
        """An utterance of the open voice failed: the next one is another provider's, if there is one.

        Answers the voice that is to be closed; nobody should have to wait for that.
        """
        if isinstance(utterance, ChainUtterance):
            utterance.lost(error)
        self.failed(error)
        self._avoid()
        voice, self._voice = self._voice, None
        return voice

    @property
    def provider(self) -> str:
        """Who speaks."""
        return self._voice.provider if isinstance(self._voice, ChainVoice) else "voice"

    def _avoid(self) -> None:
        if isinstance(self._voice, ChainVoice):
            self._options = replace(self._options, avoid=self._voice.provider)

    def failed(self, error: ProviderError) -> None:
        """Count an error of the synthesiser; one loss, of which connection and utterance both tell, counts once."""
        if error is not self._counted and not self._closed:
            self._counted = error
            labels = {"provider": error.provider, "kind": type(error).__name__}
            self._metrics.provider_errors_total.labels(**labels).inc()

    async def prepare(self, phrases: tuple[str, ...]) -> None:
        """Connect and have the phrases ready; what fails now will be tried again when it is needed."""
        try:
            await self._open()
        except ProviderError as error:
            log.warning("voice not prepared", error=str(error))
            return
        for phrase in phrases:
            async with self._synthesizing:
                if await self._kept(phrase) is None:
                    return

    async def phrase(self, text: str) -> bytes | None:
        """The cached audio of a phrase."""
        return await self._cache.get(SPEECH, self._key(text))

    async def keep(self, text: str, audio: bytes) -> None:
        """For other calls too, so only in the voice that the bot is meant to have."""
        if isinstance(self._voice, ChainVoice) and not self._voice.own:
            return
        await self._cache.put(SPEECH, self._key(text), value=audio)

    def spoken(self, text: str) -> Spoken:
        """How the voice is to say it."""
        return speakable(text, self._options.language)

    async def synthesize(self, text: str, *, keep: bool = False) -> bytes:
        """The whole text as PCMU, from the cache where it is there; `keep` puts it there. Raises ProviderError."""
        async with self._synthesizing:
            if keep and (kept := await self._kept(text)):
                return kept
            try:
                return await self.phrase(text) or await self._tts.synthesize(self.spoken(text).text, self._options)
            except ProviderError as error:
                self.failed(error)
                raise

    async def _kept(self, text: str) -> bytes | None:
        """From the cache, or into it; None when the bot's own voice is not to be had."""
        own = replace(self._options, alone=True)
        try:
            return await self._cache.get_or_make(
                SPEECH, self._key(text), make=lambda: self._tts.synthesize(self.spoken(text).text, own)
            )
        except ProviderError as error:
            log.warning("phrase not kept", error=str(error))
            self.failed(error)
            return None

    async def aclose(self) -> None:
        """For good: a connection that is still being made is closed as soon as it stands."""
        self._closed = True
        await self._drop()

    async def _drop(self) -> None:
        voice, self._voice = self._voice, None
        if voice is not None:
            await voice.aclose()

    async def _open(self) -> Voice:
        async with self._opening:
            if self._closed:
                raise _over()
            if self._voice is None:
                self._voice = await self._connect()
            return self._voice

    async def _connect(self) -> Voice:
        try:
            voice = await self._tts.open(self._options)
        except ProviderError as error:
            self.failed(error)
            raise
        if self._closed:
            await voice.aclose()
            raise _over()
        return voice

    def _key(self, text: str) -> str:
        options = self._options
        provider = "".join(options.providers[:1])
        return f"phrase/{provider}/{options.voice}/{options.model}/{options.language}/{text}"


def _over() -> ProviderError:
    return Unavailable("voice", "the call is over")
