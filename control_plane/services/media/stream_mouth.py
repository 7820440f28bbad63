"""The bot's mouth on a media stream: clauses to the synthesiser, its audio to the line.

A voice that is lost, or that falls silent with words outstanding, is mended in mid-sentence: what is there is played up
to its last whole word, and the next voice goes on from there.
"""

import asyncio
import math
from collections.abc import Callable
from functools import partial
from typing import Final

from control_plane.core.audio.frames import FRAME_MS
from control_plane.core.audio.script import rest_of
from control_plane.core.spoken.alignment import Wording
from control_plane.core.turn.timing import Stage, TurnTiming
from control_plane.observability.logging import get_logger
from control_plane.ports.errors import ProviderError, Timeout, Unavailable
from control_plane.ports.infrastructure import Clock
from control_plane.ports.voice import SpokenPiece, Utterance
from control_plane.services.conversation.mouth import MouthLost
from control_plane.services.media.line import Line
from control_plane.services.media.voices import CallVoice
from control_plane.services.supervisor import Supervisor

log = get_logger("voice")

FRAME_S: Final = FRAME_MS / 1000
STALLS_S: Final = (1.5, 0.9)
"""So long the caller hears nothing, with words outstanding, before a voice counts as lost; the second time less, so
that both together stay below the silence that people take for the end of a call."""
OPEN_S: Final = (2.0, 0.9)
"""So long a voice may take to be there; in mid-reply less, because the caller has been in silence before."""
MENDS: Final = 3
"""So often one reply goes on with another voice."""


class StreamMouth:
    """Speaks through one line with the voice of the call; see the Mouth protocol."""

    def __init__(
        self, line: Line, voice: CallVoice, *, clock: Clock, supervisor: Supervisor, audible: Callable[[], None]
    ) -> None:
        self._line = line
        self._voice = voice
        self._clock = clock
        self._supervisor = supervisor
        self._audible = audible
        self._mending = asyncio.Lock()
        """Held by whoever gives words to the utterance, so that a new one gets each of them once."""
        self._forget(TurnTiming())

    can_hold = True

    def _forget(self, timing: TurnTiming) -> None:
        self._timing = timing
        self._utterance: Utterance | None = None
        self._reader: asyncio.Task[None] | None = None
        self._failure: ProviderError | None = None
        self._keeping: str | None = None
        self._said = ""
        self._wording = Wording()
        self._ended = False
        self._mends = self._stalls = 0
        self._patience: asyncio.Timeout | None = None

    async def begin(self, timing: TurnTiming, *, held: bool = False) -> None:
        self._forget(timing)
        self._line.begin(partial(self._first_sent, timing))
        if held:
            self._line.playout.pause(self._clock.steady())

    def release(self) -> None:
        self.resume()

    @property
    def audible_until(self) -> float | None:
        return self._line.playout.ends_at

    def _first_sent(self, timing: TurnTiming) -> None:
        if timing is not self._timing:
            return  # of a reply that was dropped while its first piece was on its way
        timing.mark(Stage.FIRST_FRAME, self._clock.steady())
        # Not from here: whoever makes the line send may be in the middle of deciding something.
        asyncio.get_running_loop().call_soon(self._tell_audible, timing)

    def _tell_audible(self, timing: TurnTiming) -> None:
        if timing is self._timing:
            self._audible()

    async def say(self, clause: str, *, keep: bool = False) -> None:
        async with self._mending:
            self._check()
            # The space keeps its last word from growing together with the next clause.
            words = f"{self._wording.add(self._voice.spoken(clause))} "
            if keep and (audio := await self._voice.phrase(clause)):
                self._said += words
                self._timing.mark(Stage.FIRST_AUDIO, self._clock.steady())
                self._line.playout.add(audio, words)
                self._line.changed()
                return
            self._keeping = clause if keep else None
            await self._say(words)

    async def _say(self, text: str) -> None:
        try:
            utterance = await self._open()
        except ProviderError as error:
            self._voice.failed(error)
            raise MouthLost(str(error)) from error
        self._said += text
        self._timing.mark(Stage.VOICE_ASKED, self._clock.steady())
        try:
            await utterance.say(text)
        except ProviderError as error:
            await self._mend(utterance, error)
        self._expect()
        self._check()

    def _check(self) -> None:
        if self._failure is not None:
            raise MouthLost(str(self._failure))

    async def _open(self) -> Utterance:
        if self._utterance is None:
            self._utterance = await self._another()
        self._attend()
        return self._utterance

    async def _another(self) -> Utterance:
        """Raises ProviderError."""
        open_s = OPEN_S[min(self._mends, len(OPEN_S) - 1)]
        try:
            async with asyncio.timeout(open_s):
                return await self._voice.utterance()
        except TimeoutError as late:
            raise Timeout(self._voice.provider, f"not there within {open_s} s") from late

    def _attend(self) -> None:
        if self._reader is None or self._reader.done():
            self._reader = self._supervisor.spawn(self._read(), "voice audio")

    # --- what the voice brings --------------------------------------------------------------------

    async def _read(self) -> None:
        kept = bytearray()
        while (utterance := self._utterance) is not None:
            try:
                await self._listen(utterance, kept)
            except ProviderError as error:
                async with self._mending:
                    await self._mend(utterance, error)
                continue
            if self._utterance is utterance and self._ended:
                break
        if self._utterance is None:
            return
        self._timing.mark(Stage.VOICE_ENDED, self._clock.steady())
        if self._keeping and kept:
            await self._voice.keep(self._keeping, bytes(kept))

    async def _listen(self, utterance: Utterance, kept: bytearray) -> None:
        patience = asyncio.timeout(None)
        try:
            async with patience:
                self._patience = patience
                self._expect()
                async for piece in utterance.audio():
                    self._take(piece)
                    kept += piece.audio if self._keeping else b""
            if self._utterance is utterance and not self._ended:
                raise Unavailable(self._voice.provider, "ended in mid-reply")
        except TimeoutError as late:
            self._stalls += self._utterance is utterance
            raise Timeout(self._voice.provider, "fell silent in mid-reply") from late
        finally:
            if self._patience is patience:
                self._patience = None

    def _take(self, piece: SpokenPiece) -> None:
        self._timing.mark(Stage.FIRST_AUDIO, self._clock.steady())
        self._line.playout.add(piece.audio, piece.text, starts_ms=piece.starts_ms)
        self._line.changed()
        self._expect()

    def _expect(self) -> None:
        """Words that were said and are not heard have to come before the caller wonders."""
        if self._patience is None or self._patience.expired():
            return
        silent_at = self._silent_at()
        if silent_at is None:
            self._patience.reschedule(None)
            return
        stall_s = STALLS_S[min(self._stalls, len(STALLS_S) - 1)]
        self._patience.reschedule(silent_at + stall_s)

    def _silent_at(self) -> float | None:
        """When the caller will have heard all that is here, if there is more to come; None while nobody waits."""
        playout, now = self._line.playout, self._clock.steady()
        if not self._ended and not rest_of(self._said, playout.covered):
            return None
        if playout.paused and playout.buffered_s:
            return None
        ends_at = playout.ends_at
        return max(now, now + playout.buffered_s if ends_at is None else ends_at)

    async def _mend(self, broken: Utterance, error: ProviderError) -> None:
        """Have what was not spoken said by the next voice. Where there is none, `_failure` says why."""
        if self._utterance is not broken:
            return
        self._utterance = self._keeping = None
        voice = self._voice.lost(broken, error)
        self._supervisor.spawn(broken.cancel(), "cancel voice")
        if voice is not None:
            self._supervisor.spawn(voice.aclose(), "close voice")
        self._mends += 1
        rest = rest_of(self._said, self._line.playout.break_off())
        if not rest:
            return
        if self._mends > MENDS or self._stalls >= len(STALLS_S):
            self._failure = error
            return
        log.warning("voice lost in mid-reply, another one goes on", error=str(error))
        await self._go_on(rest)

    async def _go_on(self, rest: str) -> None:
        try:
            self._utterance = utterance = await self._another()
            self._attend()
            await utterance.say(f"{rest} ")
            if self._ended:
                await utterance.end()
        except ProviderError as error:
            self._voice.failed(error)
            self._failure, self._utterance = error, None

    async def interject(self, text: str) -> bool:
        timing, playout = self._timing, self._line.playout
        audio = await self._voice.phrase(text)
        too_late = self._timing is not timing or playout.complete or playout.paused or playout.buffered_s >= FRAME_S
        if audio is None or too_late:
            return False
        # The space stands for it, so that its sound is not taken for more of the words before.
        playout.add(audio, " ", starts_ms=(0,))
        self._line.changed()
        return True

    # --- the end of a reply, and what comes in between ----------------------------------------------

    async def finish(self) -> None:
        await self._end()
        if self._reader is not None:
            await asyncio.shield(self._reader)
        self._check()
        self._line.playout.finish()
        self._line.changed()
        await self._line.played()

    async def _end(self) -> None:
        async with self._mending:
            self._ended = True
            if self._utterance is None:
                return
            try:
                await self._utterance.end()
            except ProviderError as error:
                await self._mend(self._utterance, error)
            self._expect()

    def pause(self) -> float:
        playout = self._line.playout
        now = self._clock.steady()
        playout.pause(now)
        self._line.clear()
        self._expect()
        return playout.remaining_s(now) if playout.complete else math.inf

    def resume(self) -> None:
        self._line.playout.resume(self._clock.steady())
        self._line.changed()
        self._expect()

    def drop(self) -> str:
        now = self._clock.steady()
        playing = not self._line.playout.finished(now)
        heard = self._wording.written(self._line.playout.drop(now))
        if playing:
            self._line.clear()
        if self._reader is not None:
            self._reader.cancel()
        if self._utterance is not None:
            self._supervisor.spawn(self._utterance.cancel(), "cancel voice")
        self._utterance = self._reader = None
        self._timing = TurnTiming()  # whatever still waits for something of this reply finds another one
        return heard
