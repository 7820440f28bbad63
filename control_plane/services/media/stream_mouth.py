"""The bot's mouth on a media stream: clauses to the synthesiser, its audio to the line."""

import asyncio
import math
from collections.abc import Callable

from control_plane.core.turn.timing import Stage, TurnTiming
from control_plane.ports.errors import ProviderError
from control_plane.ports.infrastructure import Clock
from control_plane.ports.voice import Utterance
from control_plane.services.conversation.mouth import MouthLost
from control_plane.services.media.line import Line
from control_plane.services.media.voices import CallVoice
from control_plane.services.supervisor import Supervisor


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
        self._timing = TurnTiming()
        self._utterance: Utterance | None = None
        self._reader: asyncio.Task[None] | None = None
        self._failure: ProviderError | None = None
        self._keeping: str | None = None

    can_hold = True

    async def begin(self, timing: TurnTiming, *, held: bool = False) -> None:
        self._timing = timing
        self._utterance = self._reader = self._failure = self._keeping = None
        self._line.begin(self._first_sent)
        if held:
            self._line.playout.pause(self._clock.steady())

    def release(self) -> None:
        self.resume()

    @property
    def audible_until(self) -> float | None:
        return self._line.playout.ends_at

    def _first_sent(self) -> None:
        self._timing.mark(Stage.FIRST_FRAME, self._clock.steady())
        self._audible()

    async def say(self, clause: str, *, keep: bool = False) -> None:
        if self._failure is not None:
            raise MouthLost(str(self._failure))
        if keep and (audio := await self._voice.phrase(clause)):
            self._timing.mark(Stage.FIRST_AUDIO, self._clock.steady())
            self._line.playout.add(audio, f"{clause} ")
            self._line.changed()
            return
        self._keeping = clause if keep else None
        try:
            utterance = await self._open()
            self._timing.mark(Stage.VOICE_ASKED, self._clock.steady())
            await utterance.say(f"{clause} ")  # so that its last word does not grow together with the next clause
        except ProviderError as error:
            self._voice.failed(error)
            raise MouthLost(str(error)) from error

    async def _open(self) -> Utterance:
        if self._utterance is None:
            self._utterance = await self._voice.utterance()
            self._reader = self._supervisor.spawn(self._read(self._utterance), "voice audio")
        return self._utterance

    async def _read(self, utterance: Utterance) -> None:
        kept = bytearray()
        try:
            async for piece in utterance.audio():
                self._timing.mark(Stage.FIRST_AUDIO, self._clock.steady())
                self._line.playout.add(piece.audio, piece.text, starts_ms=piece.starts_ms)
                self._line.changed()
                if self._keeping:
                    kept += piece.audio
        except ProviderError as error:
            self._voice.failed(error)
            self._failure = error
        else:
            self._timing.mark(Stage.VOICE_ENDED, self._clock.steady())
            if self._keeping and kept:
                await self._voice.keep(self._keeping, bytes(kept))

    async def finish(self) -> None:
        if self._utterance is not None and self._reader is not None:
            try:
                await self._utterance.end()
            except ProviderError as error:
                self._voice.failed(error)
                raise MouthLost(str(error)) from error
            await asyncio.shield(self._reader)
        if self._failure is not None:
            raise MouthLost(str(self._failure))
        self._line.playout.finish()
        self._line.changed()
        await self._line.played()

    def pause(self) -> float:
        playout = self._line.playout
        now = self._clock.steady()
        playout.pause(now)
        self._line.clear()
        return playout.remaining_s(now) if playout.complete else math.inf

    def resume(self) -> None:
        self._line.playout.resume(self._clock.steady())
        self._line.changed()

    def drop(self) -> str:
        now = self._clock.steady()
        playing = not self._line.playout.finished(now)
        heard = self._line.playout.drop(now)
        if playing:
            self._line.clear()
        if self._reader is not None:
            self._reader.cancel()
        if self._utterance is not None:
            self._supervisor.spawn(self._utterance.cancel(), "cancel voice")
        self._utterance = self._reader = None
        return heard
