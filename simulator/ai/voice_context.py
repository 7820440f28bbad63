"""One utterance at the voice: text is collected until it is worth generating, audio goes out faster than real time."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from simulator.ai.voice_audio import Piece, pieces
from simulator.faults import Fault
from simulator.spoken import Spoken
from simulator.stage_links import Utterance
from simulator.world import World

DEFAULT_SCHEDULE: Final = (120, 160, 250, 290)
_BOUND: Final = 256
_STALL_S: Final = 3600.0
_MIDWAY: Final = ("cut", "stall", "garbage")


class OverfullError(Exception):
    """More text waits than one utterance may hold; the socket is closed."""


class TextBuffer:
    """Collects text as the chunk schedule says: the n-th generation wants so many characters."""

    def __init__(self, schedule: Sequence[int], *, auto_mode: bool) -> None:
        self._schedule = schedule
        self._auto_mode = auto_mode
        self._generated = 0
        self._text = ""

    def add(self, text: str, *, flush: bool) -> str | None:
        """The text to generate now, or None while more is awaited."""
        self._text += text if self._text else text.lstrip()
        wanted = self._schedule[min(self._generated, len(self._schedule) - 1)]
        if not self._text.strip() or not (flush or self._auto_mode or len(self._text) >= wanted):
            return None
        self._generated += 1
        ready, self._text = self._text, ""
        return ready


@dataclass(frozen=True, slots=True)
class _Unit:
    text: str
    asked_at: float


class Context:
    """Generates what it is given, in order, until it is ended; what is generated is not taken back."""

    def __init__(
        self,
        world: World,
        voice: str,
        *,
        buffer: TextBuffer,
        send: Callable[[Piece, Callable[[float], None]], None],
        provider: str,
    ) -> None:
        """`send` gets each piece, and what to call with the time at which it went out. Faults of an utterance are
        those of `<provider>.stream`.
        """
        self._world = world
        self._voice = voice
        self._buffer = buffer
        self._send = send
        self._faults = f"{provider}.stream"
        self._units: asyncio.Queue[_Unit | None] = asyncio.Queue(maxsize=_BOUND)
        self._utterance: Utterance | None = None
        self.fault: Fault | None = None
        self.last: Piece | None = None
        """The latest piece that was sent."""
        self.ending = False

    def give(self, text: str, *, flush: bool = False) -> None:
        """More text. Raises OverfullError."""
        if self.ending:
            return
        ready = self._buffer.add(text, flush=flush)
        if ready is not None:
            self._generate(ready)

    def end(self) -> None:
        """No more text; what is buffered is still spoken. Raises OverfullError."""
        if not self.ending:
            self.give("", flush=True)
            self.ending = True
            self._put(None)

    async def run(self, broken: Callable[[Fault], None]) -> None:
        """Speak until the end; `broken` is what a fault does to the connection: `cut` drops it, `garbage` fills it."""
        while (unit := await self._units.get()) is not None:
            if self.fault is None:
                self.fault = self._world.faults.take(self._faults)
            await self._speak(unit, broken)

    def _generate(self, text: str) -> None:
        now = self._world.now()
        if self._utterance is None:
            self._utterance = self._world.stages.voice_asked(text, now)
        else:
            self._world.stages.voice_given(self._utterance, text)
        self._put(_Unit(text, now))

    def _put(self, unit: _Unit | None) -> None:
        try:
            self._units.put_nowait(unit)
        except asyncio.QueueFull as error:
            raise OverfullError from error

    async def _speak(self, unit: _Unit, broken: Callable[[Fault], None]) -> None:
        delay_s = self._world.delay_s("tts_first_byte_ms")
        if self.fault is not None and self.fault.kind == "slow_first_byte" and self.last is None:
            delay_s += self.fault.number("delay_s", 3.0)
        await self._until(unit.asked_at + delay_s)
        spoken = self._world.tts_spoken.begin(unit.text, speaker="bot", call="")
        began = self._world.now()
        for piece in pieces(unit.text, self._voice):
            await self._until(began + piece.at_s / self._world.delays.tts_speed)
            if await self._broken_at(piece, broken):
                return
            self.last = piece
            self._send(piece, self._delivered(spoken, piece))
        spoken.end()

    async def _broken_at(self, piece: Piece, broken: Callable[[Fault], None]) -> bool:
        """What happens once `after_s` seconds of an utterance were sent; True when nothing comes after it."""
        fault = self.fault
        if fault is None or fault.kind not in _MIDWAY or piece.at_s < fault.number("after_s", 0.5):
            return False
        self.fault = Fault(target=fault.target, kind="none")
        if fault.kind == "stall":
            await asyncio.sleep(fault.number("seconds", _STALL_S))
        else:
            broken(fault)
        return fault.kind == "cut"

    def _delivered(self, spoken: Spoken, piece: Piece) -> Callable[[float], None]:
        def note(at: float) -> None:
            spoken.append(piece.audio)
            if self._utterance is not None:
                self._world.stages.voice_audio_sent(self._utterance, at)

        return note

    async def _until(self, when: float) -> None:
        if (left := when - self._world.now()) > 0:
            await asyncio.sleep(left)
