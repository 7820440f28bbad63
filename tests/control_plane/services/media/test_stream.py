"""A media stream from its start to its end: frames to the ear, the voice to the conversation, faults bounded."""

import asyncio
import math
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import structlog

from control_plane.adapters.blobs.disk import DiskBlobs
from control_plane.core.audio.frames import FRAME_BYTES, Encoding
from control_plane.core.audio.g711 import ULAW_TO_ALAW, from_pcm16
from control_plane.core.audio.playout import Playout
from control_plane.core.turn.events import DigitPressed, FinalHeard, SpeechStarted, SpeechStopped, TurnEvent
from control_plane.core.turn.vad import VadGate
from control_plane.observability.metrics import Metrics
from control_plane.ports.carrier import MediaStarted
from control_plane.ports.errors import Misconfigured
from control_plane.ports.hearing import HearingOptions
from control_plane.services.media.hearing import Hearing
from control_plane.services.media.line import SEND_TIMEOUT_S, Line
from control_plane.services.media.recorder import Recorder
from control_plane.services.media.spool import Spool
from control_plane.services.media.stream import MALFORMED_LIMIT, MediaStream, StreamParts
from control_plane.services.supervisor import Supervisor
from control_plane.testing.carriers import PlainCodec
from control_plane.testing.ears import FakeEar, FakeSpeechToText
from tests.telephones import QUIET, Telephone
from tests.virtual_time import LoopClock, eventually
from tests.wire.server import spawn

VIRTUAL_TIME = True

SECOND = b"\x80" * 8000


def frame(number: int) -> bytes:
    """A frame that tells which one it is."""
    return bytes([number]) * FRAME_BYTES


def voice(length_s: float) -> bytes:
    """A hum with a pitch and overtones, which the gate takes for a voice."""
    samples = (
        sum(math.sin(math.tau * 140 * harmonic * tick / 8000) / harmonic for harmonic in range(1, 15))
        for tick in range(round(length_s * 8000))
    )
    return from_pcm16(b"".join(struct.pack("<h", round(9000 * sample)) for sample in samples))


@dataclass(slots=True, kw_only=True)
class Streaming:
    stream: MediaStream
    phone: Telephone
    stt: FakeSpeechToText
    metrics: Metrics
    task: "asyncio.Task[None]"
    perceived: list[tuple[TurnEvent, float]] = field(default_factory=list)
    """With the steady time."""

    @property
    def events(self) -> list[TurnEvent]:
        return [event for event, _ in self.perceived]

    @property
    def ear(self) -> FakeEar:
        return self.stt.ears[-1]

    def dropped(self, reason: str) -> float:
        return self.metrics.registry.get_sample_value("gateway_media_dropped_total", {"reason": reason}) or 0.0


@asynccontextmanager
async def streaming(
    *, encoding: Encoding = Encoding.PCMU, deaf: bool = False, recorder: Recorder | None = None, eager: bool = False
) -> AsyncIterator[Streaming]:
    phone, stt, metrics, supervisor = Telephone(), FakeSpeechToText(), Metrics(version="test"), Supervisor()
    perceived: list[tuple[TurnEvent, float]] = []
    clock = LoopClock()

    def perceive(event: TurnEvent) -> None:
        perceived.append((event, clock.steady()))

    parts = StreamParts(
        socket=phone,
        codec=PlainCodec(),
        line=Line(phone, PlainCodec(), playout=Playout(), clock=clock),
        gate=VadGate(),
        hearing=None if deaf else Hearing(stt, HearingOptions(), heard=perceive, metrics=metrics),
        recorder=recorder,
        eager=eager,
        perceive=perceive,
        clock=clock,
        metrics=metrics,
        spawn=supervisor.spawn,
    )
    stream = MediaStream(MediaStarted(stream_id="stream-1", control_id="leg-1", encoding=encoding), parts)
    it = Streaming(
        stream=stream,
        phone=phone,
        stt=stt,
        metrics=metrics,
        task=supervisor.spawn(stream.run(), "stream"),
        perceived=perceived,
    )
    if not deaf:
        await eventually(lambda: stt.ears)
    yield it
    await supervisor.aclose()


async def test_frames_reach_the_ear_in_order() -> None:
    async with streaming() as it:
        for number in range(1, 6):
            it.phone.sound(frame(number))
        await eventually(lambda: len(it.ear.audio) == 5)
        assert it.ear.audio == [frame(number) for number in range(1, 6)]
        it.stream.count()
        assert it.metrics.registry.get_sample_value("gateway_media_frames_total", {"direction": "in"}) == 5


async def test_frames_that_the_network_mixed_up_are_put_in_order() -> None:
    async with streaming() as it:
        for number in (1, 3, 2, 5, 4):
            it.phone.sound(frame(number), chunk=number)
        await eventually(lambda: len(it.ear.audio) == 5)
        assert it.ear.audio == [frame(number) for number in range(1, 6)]


async def test_frames_that_are_lost_or_late_are_counted_at_the_end() -> None:
    async with streaming() as it:
        for number in (1, 3, 4, 5, 6, 2):
            it.phone.sound(frame(number), chunk=number)
        it.phone.tell("stop")
        await it.task
        assert (it.dropped("lost"), it.dropped("late")) == (1, 1)


async def test_pieces_of_any_size_become_frames() -> None:
    async with streaming() as it:
        it.phone.sound(frame(1)[:100])
        it.phone.sound(frame(1)[:60] + frame(2) + frame(3)[:10])
        await eventually(lambda: len(it.ear.audio) == 2)
        assert it.ear.audio == [frame(1), frame(2)]


async def test_a_leg_in_alaw_is_heard_as_ulaw() -> None:
    sound = voice(0.02)
    async with streaming(encoding=Encoding.PCMA) as it:
        it.phone.sound(sound.translate(ULAW_TO_ALAW))
        await eventually(lambda: it.ear.audio)
        assert len(it.ear.audio[0]) == FRAME_BYTES
        differences = [abs(ours - theirs) for ours, theirs in zip(it.ear.audio[0], sound, strict=True)]
        assert max(differences) <= 2


async def test_the_callers_voice_is_perceived_with_the_time_when_it_really_ended() -> None:
    async with streaming() as it:
        sound = QUIET * 20 + voice(0.6) + QUIET * 30
        for start in range(0, len(sound), FRAME_BYTES):
            it.phone.sound(sound[start : start + FRAME_BYTES])
            await asyncio.sleep(0.02)
        assert it.events == [SpeechStarted(), SpeechStopped(silent_s=0.12)]
        ended = it.perceived[1][1] - 0.12
        assert ended == pytest.approx(1_000 + 0.01 + 0.4 + 0.6, abs=0.06)


async def test_what_the_recogniser_hears_is_perceived() -> None:
    async with streaming() as it:
        it.ear.hear(FinalHeard(text="Hola.", ends_speech=True))
        await eventually(lambda: it.perceived)
        assert it.events == [FinalHeard(text="Hola.", ends_speech=True)]


async def test_keys_are_perceived() -> None:
    async with streaming() as it:
        it.phone.tell("key 5")
        await eventually(lambda: it.perceived)
        assert it.events == [DigitPressed(digit="5")]


async def test_marks_that_come_back_reach_the_line() -> None:
    async with streaming() as it:
        it.stream.line.begin(lambda: None)
        it.stream.line.playout.add(SECOND)
        it.stream.line.playout.finish()
        it.stream.line.changed()
        began = LoopClock().steady()
        await it.stream.line.played()
        assert LoopClock().steady() - began == pytest.approx(1.0, abs=0.01)


async def test_a_stop_ends_the_stream_in_order() -> None:
    async with streaming() as it:
        it.phone.tell("stop")
        await it.task
        assert it.stream.orderly
        assert it.ear.closed


async def test_a_socket_that_closes_without_a_word_ends_the_stream_too() -> None:
    async with streaming() as it:
        it.phone.sound(frame(1))
        it.phone.hang_up()
        await it.task
        assert not it.stream.orderly
        assert it.ear.audio == [frame(1)]


async def test_unreadable_messages_are_counted_and_logged_once() -> None:
    with structlog.testing.capture_logs() as logs:
        async with streaming() as it:
            for _ in range(10):
                it.phone.tell("audio x y")
            it.phone.sound(frame(1))
            await eventually(lambda: it.ear.audio)
            assert not it.task.done()
            assert it.dropped("malformed") == 10
    assert [line["event"] for line in logs].count("unreadable media message") == 1


async def test_a_socket_with_too_many_unreadable_messages_is_closed() -> None:
    async with streaming() as it:
        for _ in range(MALFORMED_LIMIT):
            it.phone.tell("audio x y")
        await it.task
        assert it.dropped("malformed") == MALFORMED_LIMIT
        assert not it.stream.orderly


async def test_messages_of_no_interest_and_complaints_of_the_carrier_change_nothing() -> None:
    async with streaming() as it:
        for message in ("whatever", "open token", "start stream-1 leg-1 PCMU", "error 100 bad media"):
            it.phone.tell(message)
        it.phone.sound(frame(1))
        await eventually(lambda: it.ear.audio)
        assert it.perceived == []


async def test_a_carrier_that_floods_us_costs_the_oldest_messages() -> None:
    async with streaming() as it:
        for number in range(1, 401):
            it.phone.sound(frame(number % 250), chunk=number)
        it.phone.tell("stop")
        await it.task
        assert it.dropped("overrun") == 151
        assert it.stream.orderly


async def test_a_carrier_that_takes_nothing_ends_the_stream() -> None:
    async with streaming() as it:
        it.phone.takes.clear()
        it.stream.line.playout.add(SECOND)
        it.stream.line.changed()
        await asyncio.sleep(SEND_TIMEOUT_S + 0.1)
        assert it.task.done()


async def test_a_deaf_stream_still_speaks_and_takes_keys() -> None:
    async with streaming(deaf=True) as it:
        it.phone.sound(frame(1))
        it.phone.tell("key 1")
        await eventually(lambda: it.perceived)
        assert not it.task.done()


async def test_a_stream_that_nobody_can_listen_to_is_given_up() -> None:
    async with streaming() as it:
        it.ear.fail(Misconfigured("deepgram", "the key is not valid"))
        await eventually(it.task.done)
        assert len(it.stt.ears) == 1


async def test_both_sides_are_recorded_from_their_first_to_their_last_sound(tmp_path: Path) -> None:
    clock = LoopClock()
    recorder = Recorder(Spool(tmp_path, spawn), "call-1", began_at=clock.wall(), clock=clock)
    async with streaming(recorder=recorder) as it:
        it.stream.line.playout.add(b"\x80" * 8000)
        it.stream.line.playout.finish()
        it.stream.line.changed()
        for _ in range(60):
            it.phone.sound(b"\x70" * FRAME_BYTES)
            await asyncio.sleep(0.02)
        it.phone.tell("stop")
        await it.task
        blobs = DiskBlobs(tmp_path / "blobs", "http://here", secret=b"s", clock=clock)
        assert await recorder.save(blobs, "recordings/call-1.wav")
        content = await blobs.get("recordings/call-1.wav")
    assert content is not None
    caller, agent = ([word for word in memoryview(content[44:]).cast("h")[side::2] if word] for side in (0, 1))
    assert len(caller) == 60 * FRAME_BYTES
    assert len(agent) == pytest.approx(8000, abs=FRAME_BYTES)


async def test_a_recogniser_is_asked_for_its_words_when_the_voice_falls_silent() -> None:
    async with streaming(eager=True) as it:
        sound = QUIET * 20 + voice(0.6) + QUIET * 12
        for start in range(0, len(sound), FRAME_BYTES):
            it.phone.sound(sound[start : start + FRAME_BYTES])
            await asyncio.sleep(0.02)
        await eventually(lambda: it.ear.finalized)
        assert it.ear.finalized == 1
