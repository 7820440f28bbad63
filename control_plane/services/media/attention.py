"""Listening to how a turn sounds: keeps the caller's latest sound, and asks a model when the voice falls silent."""

from collections.abc import Callable, Coroutine
from typing import Any, Final, Protocol

from control_plane.core.audio.frames import FRAME_BYTES, FRAME_MS
from control_plane.core.turn.events import SoundJudged, SpeechStarted, SpeechStopped, TurnEvent
from control_plane.core.turn.melody import DONE_FROM, GOES_ON_TO
from control_plane.ports.end_of_turn import LISTENS_S, EndOfTurnModel

_MS: Final = 1000
_FRAMES: Final = int(LISTENS_S * _MS / FRAME_MS)
_ONSET_FRAMES: Final = 20
"""A turn is listened to from so long before its voice was noticed."""
_OTHER_TURN_FRAMES: Final = 125
"""After so much silence of the caller (2.5 s) somebody else has spoken: what was before belongs to another turn."""
_AGAIN_FRAMES: Final = 15
"""Who was not sure, or had no time, is asked once more when the silence has lasted so much longer (0.3 s)."""


class Listener(Protocol):
    """Whoever gets the caller's frames, for as long as the stream runs."""

    def feed(self, frame: bytes) -> None: ...

    def finalize(self) -> None: ...

    async def run(self) -> None: ...


class Attention:
    """Stands before a recogniser and hands everything on to it. A verdict that comes when the voice is back is dropped.

    It keeps 64 KB a call; at most one judgement of a call is under way.
    """

    def __init__(
        self,
        hearing: Listener,
        model: EndOfTurnModel,
        *,
        tell: Callable[[TurnEvent], None],
        spawn: Callable[[Coroutine[Any, Any, None], str], object],
    ) -> None:
        self._hearing = hearing
        self._model = model
        self._tell = tell
        self._spawn = spawn
        self._ring = bytearray(b"\xff") * (_FRAMES * FRAME_BYTES)
        self._frames = 0
        self._from = 0
        """The first frame of the turn."""
        self._quiet_at = -_OTHER_TURN_FRAMES
        """When the voice fell silent, in frames."""
        self._silence = 0
        """Number of the silence that holds, 0 while the voice is on."""
        self._silences = 0
        self._busy = False
        self._again_at = 0

    def feed(self, frame: bytes) -> None:
        self._hearing.feed(frame)
        start = self._frames % _FRAMES * FRAME_BYTES
        self._ring[start : start + FRAME_BYTES] = frame
        self._frames += 1
        if self._frames == self._again_at and self._silence:
            self._ask()

    def finalize(self) -> None:
        self._hearing.finalize()

    async def run(self) -> None:
        await self._hearing.run()

    def notice(self, event: TurnEvent) -> None:
        """The gate heard the voice begin or fall silent."""
        match event:
            case SpeechStarted():
                self._silence = 0
                if self._frames - self._quiet_at > _OTHER_TURN_FRAMES:
                    self._from = self._frames - _ONSET_FRAMES
            case SpeechStopped():
                self._quiet_at = self._frames
                self._again_at = self._frames + _AGAIN_FRAMES
                self._silences += 1
                self._silence = self._silences
                self._ask()
            case _:
                pass

    def _ask(self) -> None:
        if not self._busy:
            self._busy = True
            self._spawn(self._judge(self._latest(), self._silence), "hear the end of a turn")

    async def _judge(self, audio: bytes, silence: int) -> None:
        try:
            finished = await self._model.judge(audio)
        finally:
            self._busy = False
        if finished is None or silence != self._silence:
            return
        if not GOES_ON_TO < finished < DONE_FROM:
            self._again_at = 0
        self._tell(SoundJudged(finished=finished))

    def _latest(self) -> bytes:
        """The turn so far, as much of it as is kept."""
        count = min(self._frames - self._from, self._frames, _FRAMES)
        end = self._frames % _FRAMES * FRAME_BYTES
        return bytes(self._ring[end:] + self._ring[:end])[-count * FRAME_BYTES :] if count > 0 else b""
