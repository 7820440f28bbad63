"""What is asked of providers, counted and timed around the ports that ask them."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import aclosing, contextmanager
from typing import Final

import structlog

from control_plane.core.call.commands import CarrierCommand, Dial
from control_plane.observability.metrics import Metrics
from control_plane.observability.tracing import Tracing
from control_plane.ports.brain import Brain, BrainEvent, Question
from control_plane.ports.carrier import CallControl, Leg, LegIds
from control_plane.ports.errors import CallGone, ProviderError
from control_plane.ports.hearing import Ear, HearingOptions, SpeechToText
from control_plane.ports.infrastructure import Clock
from control_plane.ports.voice import SpokenPiece, TextToSpeech, Utterance, Voice, VoiceOptions

DONE: Final = "done"
FAILED: Final = "failed"
CANCELLED: Final = "cancelled"
GONE: Final = "gone"
"""The call had ended before the carrier got the command."""


class ProviderTimer:
    """Counts and times what is asked of one provider; durations carry the trace of the call they belong to."""

    def __init__(self, provider: str, *, metrics: Metrics, clock: Clock, tracing: Tracing) -> None:
        self.now = clock.steady
        self._provider = provider
        self._metrics = metrics
        self._tracing = tracing

    @contextmanager
    def asking(self, operation: str) -> Iterator[None]:
        """One request, from its beginning to its end."""
        began = self.now()
        outcome = CANCELLED
        try:
            yield
            outcome = DONE
        except CallGone:
            outcome = GONE
            raise
        except Exception:
            outcome = FAILED
            raise
        finally:
            self.count(operation, outcome)
            if outcome == DONE:
                self.took(operation, self.now() - began)

    def until_first(self, operation: str) -> Callable[[], None]:
        """Times from now until what is returned is called first."""
        began: float | None = self.now()

        def came() -> None:
            nonlocal began
            if began is not None:
                self.took(operation, self.now() - began)
                began = None

        return came

    def count(self, operation: str, outcome: str) -> None:
        labels = {"provider": self._provider, "operation": operation, "outcome": outcome}
        self._metrics.provider_requests_total.labels(**labels).inc()

    def took(self, operation: str, seconds: float) -> None:
        call_id = structlog.contextvars.get_contextvars().get("call_id", "")
        histogram = self._metrics.provider_seconds.labels(provider=self._provider, operation=operation)
        histogram.observe(seconds, self._tracing.exemplar(call_id))

    def failed(self, error: ProviderError) -> None:
        """For requests whose errors nobody else counts."""
        self._metrics.provider_errors_total.labels(provider=error.provider, kind=type(error).__name__).inc()


class TimedBrain:
    """A brain; `first_token` is what the caller waits for, `answer` lasts until its last word."""

    def __init__(self, brain: Brain, timer: ProviderTimer) -> None:
        self._brain = brain
        self._timer = timer

    async def answer(self, question: Question) -> AsyncGenerator[BrainEvent, None]:
        first = self._timer.until_first("first_token")
        with self._timer.asking("answer"):
            async with aclosing(self._brain.answer(question)) as events:
                async for event in events:
                    first()
                    yield event

    async def warm(self) -> None:
        await self._brain.warm()

    async def aclose(self) -> None:
        await self._brain.aclose()


class TimedSpeechToText:
    """A recogniser; what is timed is how it opens. Words have no request that they answer."""

    def __init__(self, stt: SpeechToText, timer: ProviderTimer) -> None:
        self._stt = stt
        self._timer = timer

    async def open(self, options: HearingOptions) -> Ear:
        with self._timer.asking("connect"):
            return await self._stt.open(options)

    async def aclose(self) -> None:
        await self._stt.aclose()


class TimedTextToSpeech:
    """A synthesiser, its voices and their utterances."""

    def __init__(self, tts: TextToSpeech, timer: ProviderTimer) -> None:
        self._tts = tts
        self._timer = timer

    async def open(self, options: VoiceOptions) -> Voice:
        with self._timer.asking("connect"):
            return _TimedVoice(await self._tts.open(options), self._timer)

    async def synthesize(self, text: str, options: VoiceOptions) -> bytes:
        with self._timer.asking("synthesize"):
            return await self._tts.synthesize(text, options)

    async def aclose(self) -> None:
        await self._tts.aclose()


class _TimedVoice:
    def __init__(self, voice: Voice, timer: ProviderTimer) -> None:
        self._voice = voice
        self._timer = timer

    async def utterance(self) -> Utterance:
        return _TimedUtterance(await self._voice.utterance(), self._timer)

    async def aclose(self) -> None:
        await self._voice.aclose()


class _TimedUtterance:
    """From the first clause to the first sound (`first_audio`) and to the last (`utterance`)."""

    def __init__(self, utterance: Utterance, timer: ProviderTimer) -> None:
        self._utterance = utterance
        self._timer = timer
        self._first: Callable[[], None] | None = None

    async def say(self, text: str) -> None:
        if self._first is None:
            self._first = self._timer.until_first("first_audio")
        await self._utterance.say(text)

    async def end(self) -> None:
        await self._utterance.end()

    async def audio(self) -> AsyncIterator[SpokenPiece]:
        with self._timer.asking("utterance"):
            async for piece in self._utterance.audio():
                if self._first is not None:
                    self._first()
                yield piece

    async def cancel(self) -> None:
        await self._utterance.cancel()


class TimedCallControl:
    """A carrier; each kind of command is an operation of its own."""

    def __init__(self, control: CallControl, timer: ProviderTimer) -> None:
        self._control = control
        self._timer = timer

    async def dial(self, leg: Leg, command: Dial, *, command_id: str) -> LegIds:
        with self._counted("dial"):
            return await self._control.dial(leg, command, command_id=command_id)

    async def perform(self, leg: Leg, command: CarrierCommand, *, command_id: str) -> None:
        with self._counted(type(command).__name__.lower()):
            await self._control.perform(leg, command, command_id=command_id)

    async def download(self, url: str) -> bytes:
        with self._counted("download"):
            return await self._control.download(url)

    @contextmanager
    def _counted(self, operation: str) -> Iterator[None]:
        with self._timer.asking(operation):
            try:
                yield
            except CallGone:
                raise
            except ProviderError as error:
                self._timer.failed(error)
                raise

    async def warm(self) -> None:
        await self._control.warm()

    async def aclose(self) -> None:
        await self._control.aclose()
