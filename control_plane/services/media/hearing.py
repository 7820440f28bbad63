"""Keeping an ear on the caller: feeds the recogniser, and replaces it when it is lost without losing a word.

final words ┃ sound that is not words yet ┃ sound that is not sent yet
────────────╂──────────── _sent ──────────╂───────── _frames ────────► now
            └──── the next recogniser gets this again, and then the rest
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from control_plane.core.overlap import without_overlap
from control_plane.core.turn.events import FinalHeard, SpeechStarted, SpeechStopped, TurnEvent, UtteranceEnded
from control_plane.observability.logging import get_logger
from control_plane.observability.metrics import Metrics
from control_plane.ports.errors import Misconfigured, ProviderError, Rejected, Timeout
from control_plane.ports.hearing import Ear, Heard, HearingOptions, Listening, SpeechToText
from control_plane.services.fallback.ears import ChainEar

log = get_logger("hearing")

BACKLOG_FRAMES: Final = 750
"""Fifteen seconds of audio wait for a recogniser that is away, or are sent to the next one; older sound is dropped."""
LEAD_IN_FRAMES: Final = 50
"""Sound before the voice that is worth sending again."""
AFTER_FINAL_FRAMES: Final = 50
"""A final covers the sound up to a moment before it comes; what is younger may hold the next word."""
AFTER_END_FRAMES: Final = 15
"""The same for a final that closes the utterance: it comes after a silence."""
STALL_FRAMES: Final = 100
"""Two seconds of the caller's voice of which the recogniser tells nothing at all, not even that it listens."""
VOICE_FRAMES: Final = 25
"""So much of a voice is worth being told of."""
AFTER_VOICE_FRAMES: Final = 40
"""So long after the voice nothing was told of it."""
AT_ONCE_FRAMES: Final = 3
"""Frames that come together after a hold-up are no time in which the recogniser could have told anything."""
STALLS: Final = 2
"""So many ears in a row that tell nothing; then the carrier has to listen."""
ALIVE_FRAMES: Final = 100
"""Who takes two seconds of sound is not a recogniser that hangs up on everybody."""

PAUSES_S: Final = (0.1, 0.3, 1.0)
"""Between attempts; after the last one the caller has been in silence for long enough."""


QUIET: Final = "tells nothing of the caller's voice"


class Deaf(Exception):
    """The recogniser will not hear this call. The text is safe to log."""


class _Stalled(Timeout):
    """The recogniser takes sound and tells nothing."""


class Hearing:
    """One call's ear over all reconnections. `feed`, `notice` and `finalize` never wait."""

    def __init__(
        self, stt: SpeechToText, options: HearingOptions, *, heard: Callable[[Heard], None], metrics: Metrics
    ) -> None:
        self.deaf = False
        """Whether nobody will hear this call any more."""
        self._stt = stt
        self._options = options
        self._heard = heard
        self._metrics = metrics
        self._dropped = metrics.media_dropped_total.labels(reason="recogniser_away")
        self._frames: deque[bytes] = deque(maxlen=BACKLOG_FRAMES)
        self._sent: deque[bytes] = deque(maxlen=BACKLOG_FRAMES)
        self._fed = asyncio.Event()
        self._failures = 0
        """In a row, without a sign of life in between."""
        self._voice = False
        self._unsettled = False
        """Whether there was a voice or a word since the last final."""
        self._final = ""
        """What was final last, while its last words may be heard again."""
        self._replayed = False
        self._to_finalize = False
        self._unanswered = 0
        """Frames with a voice since the recogniser last told anything."""
        self._waited = 0
        """Frames since that voice fell silent."""
        self._stalls = 0
        """Ears in a row that told nothing."""

    def feed(self, frame: bytes) -> None:
        """20 ms of PCMU."""
        if len(self._frames) == BACKLOG_FRAMES:
            self._dropped.inc()
        self._frames.append(frame)
        self._fed.set()

    def notice(self, event: TurnEvent) -> None:
        """The voice gate's view of the same frames."""
        match event:
            case SpeechStarted():
                if not self._unsettled:
                    _shorten(self._sent, LEAD_IN_FRAMES)
                self._voice = self._unsettled = True
            case SpeechStopped():
                self._voice = False
            case _:
                pass

    def finalize(self) -> None:
        """Have what was fed so far made final, without waiting for the recogniser's own endpoint."""
        self._to_finalize = True
        self._fed.set()

    async def run(self) -> None:
        """Until cancelled. Raises Deaf when no recogniser is to be had: at once when all refuse for good."""
        while True:
            try:
                await self._session()
            except (Misconfigured, Rejected) as error:
                self._failed(error)
                raise self._given_up(error) from error
            except _Stalled as error:
                self._failed(Timeout(error.provider, QUIET))
                self._stalls += 1
                if self._stalls >= STALLS:
                    raise self._given_up(error) from error
                continue
            except ProviderError as error:
                self._failed(error)
                if self._failures >= len(PAUSES_S):
                    raise self._given_up(error) from error
            pause = PAUSES_S[self._failures]
            self._failures += 1
            await asyncio.sleep(pause)

    def _failed(self, error: ProviderError) -> None:
        labels = {"provider": error.provider, "kind": type(error).__name__}
        self._metrics.provider_errors_total.labels(**labels).inc()
        log.warning("recogniser lost", provider=error.provider, error=str(error))

    def _given_up(self, error: ProviderError) -> Deaf:
        self.deaf = True
        return Deaf(str(error))

    async def _session(self) -> None:
        ear = await self._stt.open(self._options)
        try:
            async with asyncio.TaskGroup() as group:
                sending = group.create_task(self._send(ear))
                await self._listen(ear)
                sending.cancel()
        except* ProviderError as lost:
            # A group whose task fails in the moment in which it is cancelled tells only the failure. That it was
            # cancelled can be seen because we wait in its body: in its end it would have cancelled us itself.
            if (task := asyncio.current_task()) is not None and task.cancelling():
                raise asyncio.CancelledError from None
            raise _first(lost) from None
        finally:
            await ear.aclose()

    # --- to the recogniser ------------------------------------------------------------------------

    async def _send(self, ear: Ear) -> None:
        await self._replay(ear)
        frames, sent = self._frames, self._sent
        taken = self._waited = 0
        self._unanswered = VOICE_FRAMES if self._unsettled else 0
        while True:
            self._wait(min(len(frames), AT_ONCE_FRAMES))
            while frames:
                frame = frames.popleft()
                sent.append(frame)  # first, so that it is sent again if this ear does not get it
                await ear.send(frame)
                taken += 1
            if taken >= ALIVE_FRAMES:
                self._failures = 0
            if self._unanswered >= STALL_FRAMES or self._waited >= AFTER_VOICE_FRAMES:
                self._give_up_on(ear)
            if self._to_finalize:
                self._to_finalize = False
                await ear.finalize()
            self._fed.clear()
            await self._fed.wait()

    async def _replay(self, ear: Ear) -> None:
        """What an earlier ear was sent in vain; sound in which nobody spoke is not worth the time it takes."""
        if not self._unsettled:
            _shorten(self._sent, LEAD_IN_FRAMES)
        self._replayed = bool(self._sent)
        self._sent.extend(self._frames)
        self._frames.clear()
        for frame in tuple(self._sent):
            await ear.send(frame)

    def _wait(self, frames: int) -> None:
        if self._voice:
            self._unanswered += frames
            self._waited = 0
        elif self._unanswered >= VOICE_FRAMES:
            self._waited += frames

    def _give_up_on(self, ear: Ear) -> None:
        """Raises _Stalled."""
        provider = ear.provider if isinstance(ear, ChainEar) else "recogniser"
        if isinstance(ear, ChainEar):
            ear.lost(Timeout(provider, QUIET))
        self._options = replace(self._options, avoid=provider)
        raise _Stalled(provider, QUIET)

    # --- from the recogniser ----------------------------------------------------------------------

    async def _listen(self, ear: Ear) -> None:
        async for event in ear.events():
            self._unanswered = self._waited = self._stalls = 0
            if isinstance(event, Listening):
                continue
            self._failures = 0
            if isinstance(event, UtteranceEnded):
                self._heard(event)
                continue
            new = event
            if self._replayed and event.text:
                new = replace(event, text=without_overlap(event.text, self._final))
            if isinstance(event, FinalHeard):
                self._settle(event)
            if new.text or not event.text:
                self._heard(new)
            elif isinstance(event, FinalHeard) and event.ends_speech:
                self._heard(UtteranceEnded())

    def _settle(self, final: FinalHeard) -> None:
        _shorten(self._sent, AFTER_END_FRAMES if final.ends_speech else AFTER_FINAL_FRAMES)
        if final.ends_speech:
            self._unsettled = self._voice
        if final.text:
            self._final, self._replayed = final.text, False


def _shorten(frames: deque[bytes], length: int) -> None:
    """To its last so many."""
    while len(frames) > length:
        frames.popleft()


def _first(group: BaseExceptionGroup[ProviderError]) -> ProviderError:
    error = group.exceptions[0]
    return _first(error) if isinstance(error, BaseExceptionGroup) else error
