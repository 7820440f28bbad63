"""A person on the line who follows a script: listens, waits, speaks, presses keys, hangs up."""

import asyncio
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final, Protocol

from simulator.audio.levels import FRAME
from simulator.audio.speech import beep, burst, cough, speech, watermarked
from simulator.caller.ears import Ears
from simulator.caller.mouth import Kind, Mouth, Utterance
from simulator.caller.record import BargeIn, CallRecord, SelfPause, Turn
from simulator.caller.script import (
    Backchannel,
    Cough,
    Dtmf,
    Hangup,
    Interrupt,
    Noise,
    Say,
    Script,
    Silence,
    Step,
    WaitHangup,
)
from simulator.world import World

_KEY_S: Final = 0.2
_UTTERANCE_S: Final = 60.0
"""No utterance is longer."""
_GOES_ON_S: Final = 5.0
"""A bot that fell silent in the middle of its speech has so long to go on before the caller takes it to be done."""
_BRIEF_S: Final = 1.8
"""After less speech than this ("one moment, please") the caller is patient: more may come."""
_FRAME_S: Final = 0.02


class Line(Protocol):
    """The telephone line of a caller, as the carrier keeps it."""

    @property
    def id(self) -> str: ...

    @property
    def ears(self) -> Ears: ...

    @property
    def record(self) -> CallRecord: ...

    def watch(self, predicate: Callable[[], bool]) -> "asyncio.Future[None]": ...


class Handset(Protocol):
    """What the carrier does for the caller."""

    def press(self, digit: str) -> None: ...

    def hang_up(self) -> None: ...

    def uttered(self, utterance: Utterance, moment: str) -> None:
        """`utterance` "began", or is "over"."""
        ...


class Caller:
    """Plays one script on one line and notes what happens."""

    def __init__(self, world: World, line: Line, *, handset: Handset, script: Script) -> None:
        self._world = world
        self._line = line
        self._handset = handset
        self._script = script
        self._onsets = 0
        """How often the bot had begun to speak when this caller last finished a turn."""
        self.mouth = Mouth(world.spoken, line.id, told=self._told)
        if script.noise_dbfs is not None:
            self.mouth.set_noise(world.settings.seed, script.noise_dbfs)

    async def run(self) -> None:
        """From the answered call to the last step; ends by hanging up. Cancelled when the call ends before."""
        if self._script.voicemail:
            await self._play_voicemail()
        last: Step | None = None
        for last in self._script.steps:
            await self._take(last)
        if not isinstance(last, Hangup | WaitHangup):
            await self._take(WaitHangup())
        self._line.record.script_done = True
        self._handset.hang_up()

    async def _take(self, step: Step) -> None:
        match step:
            case Say():
                if step.wait:
                    await self._bot_done()
                await self._utter(step.texts, "say", pauses_s=step.pauses_s)
            case Interrupt():
                await self._into_speech(step.after_s)
                await self._utter((step.text,), "interrupt")
            case Backchannel():
                await self._into_speech(step.after_s)
                await self._utter((step.text,), "backchannel")
            case Cough():
                await self._into_speech(step.after_s)
                await self._sound("cough", cough(self._world.settings.seed))
            case Noise():
                await self._into_speech(step.after_s)
                await self._sound("noise", burst(self._world.settings.seed, step.seconds, dbfs=step.dbfs))
            case Silence():
                await self._rest(step.seconds)
            case Dtmf():
                await self._press(step)
            case Hangup():
                if step.after_s is not None:
                    await self._into_speech(step.after_s)
            case WaitHangup():
                await asyncio.sleep(step.timeout_s)

    async def _rest(self, seconds: float) -> None:
        silences = self._line.record.silences
        silences.resting = True
        await asyncio.sleep(seconds)
        silences.resting = False

    async def _press(self, step: Dtmf) -> None:
        if step.wait:
            await self._bot_done()
        self._onsets = len(self._line.ears.onsets)
        for digit in step.digits:
            self._handset.press(digit)
            await asyncio.sleep(_KEY_S)

    async def _play_voicemail(self) -> None:
        await self._utter((self._script.voicemail,), "greeting")
        await self._sound("beep", beep())

    async def _into_speech(self, after_s: float) -> None:
        """This long after the bot began to answer the last turn; also when it never does."""
        ears = self._line.ears
        if await self._until(lambda: len(ears.onsets) > self._onsets, self._world.delays.caller_wait_s):
            began = ears.onsets[-1]
            await asyncio.sleep(max(0.0, began + after_s - self._world.now()))

    async def _bot_done(self) -> None:
        """Until the bot has answered the last turn and left the floor."""
        ears = self._line.ears
        if not await self._until(lambda: len(ears.onsets) > self._onsets, self._world.delays.caller_wait_s):
            return
        delays = self._world.delays
        least_s = min(delays.caller_pause_s, delays.caller_patience_s)

        def done() -> bool:
            now = self._world.now()
            quiet = ears.quiet_s(now)
            if quiet < least_s or self._is_hushed():
                return False
            brief = now - quiet - ears.onsets[self._onsets] < _BRIEF_S
            return quiet >= (delays.caller_pause_s if ears.finished and not brief else delays.caller_patience_s)

        await self._until(done, _UTTERANCE_S)

    def _is_hushed(self) -> bool:
        """Whether the bot fell silent just now in the middle of its speech, and may go on."""
        clears, onsets = self._line.record.clears, self._line.ears.onsets
        if not clears or (onsets and onsets[-1] > clears[-1].at):
            return False
        return self._world.now() - clears[-1].at < _GOES_ON_S

    async def _until(self, predicate: Callable[[], bool], timeout_s: float) -> bool:
        try:
            async with asyncio.timeout(timeout_s):
                await self._line.watch(predicate)
        except TimeoutError:
            return False
        return True

    async def _utter(self, texts: Sequence[str], kind: Kind, *, pauses_s: Sequence[float] = ()) -> None:
        """Say one turn; `pauses_s` lie between the last voiced frame of one text and the first of the next."""
        parts: list[Utterance] = []
        for text in texts:
            audio = speech(text, voice=self._script.voice)
            # Two callers may say the same: the bytes of each call are its own, so that they tell whose they are.
            own = watermarked(audio, f"{self._line.id}\0{text}\0{len(self._line.record.said) + len(parts)}")
            parts.append(Utterance(text=text, kind=kind, audio=own, before=tuple(parts)))
        for part, following, pause_s in zip(parts, parts[1:], pauses_s, strict=False):
            trailing = len(part.audio) // FRAME - 1 - part.span[1]
            part.pause_frames = max(0, round(pause_s / _FRAME_S) - trailing - following.span[0])
        await self._put(parts)

    async def _sound(self, kind: Kind, audio: bytes) -> None:
        await self._put([Utterance(text="", kind=kind, audio=audio)])

    async def _put(self, parts: Sequence[Utterance]) -> None:
        for part in parts:
            self.mouth.utter(part)
        await self._until(lambda: parts[-1].over, _UTTERANCE_S)

    def _told(self, utterance: Utterance, moment: str, *, at: float) -> None:
        record = self._line.record
        match moment:
            case "began":
                record.said.append(utterance)
                self._handset.uttered(utterance, moment)
            case "loud":
                if utterance.kind == "interrupt" and self._line.ears.talking(at):
                    record.barge_ins.append(BargeIn(at=utterance.started_at or at, first_loud_at=at))
                self._line.ears.floor_taken()
                if utterance.kind not in ("cough", "noise", "backchannel"):
                    record.silences.caller_spoke(at)
            case "ended":
                self._turn_ended(utterance, at)
            case "over":
                if utterance.spoken is not None:
                    utterance.spoken.end()
                self._handset.uttered(utterance, moment)

    def _turn_ended(self, utterance: Utterance, at: float) -> None:
        if utterance.kind not in ("say", "interrupt") or utterance.pause_frames is not None:
            return
        self._line.record.silences.caller_fell_silent(at)
        self._onsets = len(self._line.ears.onsets)
        parts = (*utterance.before, utterance)
        said = " ".join(part.text for part in parts)
        pauses = [
            SelfPause(at=part.ended_at or at, until=following.first_loud_at or at)
            for part, following in pairwise(parts)
        ]
        turn = Turn(said=said, caller_ended_at=at, began_at=parts[0].first_loud_at, pauses=pauses)
        self._line.record.turns.append(turn)
        last_part = utterance.text if utterance.before else ""
        self._world.stages.caller_spoke(call=self._line.id, text=said, ended_at=at, last_part=last_part)
