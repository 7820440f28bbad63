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
from control_plane.services.media.pace import Pace
from control_plane.services.media.stall import StallWatch

log = get_logger("hearing")

BACKLOG_FRAMES: Final = 750
"""Fifteen seconds of audio wait for a recogniser that is away, or are sent to the next one; older sound is dropped."""
LEAD_IN_FRAMES: Final = 50
"""Sound before the voice that is worth sending again."""
KEPT_FRAMES: Final = 2 * LEAD_IN_FRAMES
"""So much sound in which nobody spoke is kept at most: of a call that is silent for long, 16 KB instead of 120."""
AFTER_FINAL_FRAMES: Final = 50
"""A final covers the sound up to a moment before it comes; what is younger may hold the next word."""
AFTER_END_FRAMES: Final = 15
"""The same for a final that closes the utterance: it comes after a silence."""
PIECE_FRAMES: Final = 10
"""So many go out together to a recogniser that has to catch up."""
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
        self._wanted = asyncio.Event()
        """Whether the sending task has something to do that `feed` cannot."""
        self._ear: Ear | None = None
        """Where `feed` may write by itself: not while the sending task is at it."""
        self._pace = Pace()
        self._watch = StallWatch()
        self._taken = 0
        """Frames that this ear took after what was sent to it again."""
        self._failures = 0
        """In a row, without a sign of life in between."""
        self._unsettled = False
        """Whether there was a voice or a word since the last final."""
        self._final = ""
        """What was final last, while its last words may be heard again."""
        self._replayed = False
        self._to_finalize = False
        self._stalls = 0
        """Ears in a row that told nothing."""

    def feed(self, frame: bytes) -> None:
        """20 ms of PCMU."""
        if len(self._frames) == BACKLOG_FRAMES:
            self._dropped.inc()
        self._frames.append(frame)
        if len(self._frames) >= self._pace.fed():
            self._flush()

    def notice(self, event: TurnEvent) -> None:
        """The voice gate's view of the same frames."""
        match event:
            case SpeechStarted():
                if not self._unsettled:
                    _shorten(self._sent, LEAD_IN_FRAMES)
                self._unsettled = self._watch.voice = True
            case SpeechStopped():
                self._watch.voice = False
            case _:
                return
        self._pace.voice(self._watch.voice)
        self._flush()

    def finalize(self) -> None:
        """Have what was fed so far made final, without waiting for the recogniser's own endpoint."""
        self._to_finalize = True
        self._pace.finalize()
        self._wanted.set()

    def _flush(self) -> None:
        """What is held goes out from here when it can go at once."""
        ear, frames = self._ear, self._frames
        if ear is None or not frames:
            return
        if not ear.offer(b"".join(frames)):
            self._hand_over()
            return
        self._sent.extend(frames)
        if len(self._sent) > KEPT_FRAMES and not self._unsettled:
            _shorten(self._sent, LEAD_IN_FRAMES)  # all that another ear would be sent of it
        self._took(len(frames))
        frames.clear()
        if self._watch.stalled:
            self._hand_over()

    def _hand_over(self) -> None:
        """To the sending task, which may wait and may fail."""
        self._ear = None
        self._wanted.set()

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
                await ear.listen(self._told)
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
        """Sends what `feed` cannot: what was fed while there was no ear, and whatever has to wait."""
        frames, wanted = self._frames, self._wanted
        try:
            await self._replay(ear)
            while True:
                wanted.clear()
                while frames:
                    self._took(await self._pass_on(ear))
                if self._watch.stalled:
                    self._give_up_on(ear)
                if self._to_finalize:
                    self._to_finalize = False
                    await ear.finalize()
                if not frames and not wanted.is_set():
                    self._ear = ear
                    await wanted.wait()
                    self._ear = None
        finally:
            self._ear = None

    async def _replay(self, ear: Ear) -> None:
        """What an earlier ear was sent in vain; sound in which nobody spoke is not worth the time it takes."""
        if not self._unsettled:
            _shorten(self._sent, LEAD_IN_FRAMES)
        self._replayed = bool(self._sent)
        self._sent.extend(self._frames)
        self._frames.clear()
        self._frames.extend(self._sent)
        self._sent.clear()
        while self._frames:
            await self._pass_on(ear)
        self._taken = 0
        self._watch.begin(owed=self._unsettled)

    async def _pass_on(self, ear: Ear) -> int:
        """The next piece of what waits; tells how many frames that were."""
        piece = [self._frames.popleft() for _ in range(min(PIECE_FRAMES, len(self._frames)))]
        self._sent.extend(piece)  # first, so that it is sent again if this ear does not get it
        await ear.send(b"".join(piece))
        return len(piece)

    def _took(self, frames: int) -> None:
        self._taken += frames
        if self._taken >= ALIVE_FRAMES:
            self._failures = 0
        self._watch.took(frames)

    def _give_up_on(self, ear: Ear) -> None:
        """Raises _Stalled."""
        provider = ear.provider if isinstance(ear, ChainEar) else "recogniser"
        if isinstance(ear, ChainEar):
            ear.lost(Timeout(provider, QUIET))
        self._options = replace(self._options, avoid=provider)
        raise _Stalled(provider, QUIET)

    # --- from the recogniser ----------------------------------------------------------------------

    def _told(self, event: Heard | Listening) -> None:
        self._watch.told()
        self._stalls = 0
        if isinstance(event, Listening):
            return
        self._failures = 0
        if isinstance(event, UtteranceEnded):
            self._heard(event)
            return
        if event.text:
            self._pace.words()
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
            self._unsettled = self._watch.voice
        if final.text:
            self._final, self._replayed = final.text, False
        self._pace.final(ends_speech=final.ends_speech)


def _shorten(frames: deque[bytes], length: int) -> None:
    """To its last so many."""
    while len(frames) > length:
        frames.popleft()


def _first(group: BaseExceptionGroup[ProviderError]) -> ProviderError:
    error = group.exceptions[0]
    return _first(error) if isinstance(error, BaseExceptionGroup) else error
