"""The voice of one call: opened ahead of need, reopened when it was lost."""

import asyncio

from control_plane.observability.logging import get_logger
from control_plane.observability.metrics import Metrics
from control_plane.ports.errors import ProviderError, Unavailable
from control_plane.ports.voice import TextToSpeech, Utterance, Voice, VoiceOptions
from control_plane.services.cache.kinds import SPEECH
from control_plane.services.cache.service import CacheService

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
            await self._drop()
        try:
            return await (await self._open()).utterance()
        except ProviderError as error:
            self.failed(error)
            raise

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
            for phrase in phrases:
                await self.synthesize(phrase, keep=True)
        except ProviderError as error:
            log.warning("voice not prepared", error=str(error))

    async def phrase(self, text: str) -> bytes | None:
        """The cached audio of a phrase."""
        return await self._cache.get(SPEECH, self._key(text))

    async def keep(self, text: str, audio: bytes) -> None:
        await self._cache.put(SPEECH, self._key(text), value=audio)

    async def synthesize(self, text: str, *, keep: bool = False) -> bytes:
        """The whole text as PCMU, from the cache where it is there; `keep` puts it there. Raises ProviderError."""
        async with self._synthesizing:
            try:
                if keep:
                    return await self._cache.get_or_make(SPEECH, self._key(text), make=lambda: self._synthesized(text))
                return await self.phrase(text) or await self._synthesized(text)
            except ProviderError as error:
                self.failed(error)
                raise

    async def _synthesized(self, text: str) -> bytes:
        return await self._tts.synthesize(text, self._options)

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
        return f"phrase/{self._options.voice}/{self._options.model}/{self._options.language}/{text}"


def _over() -> ProviderError:
    return Unavailable("voice", "the call is over")
