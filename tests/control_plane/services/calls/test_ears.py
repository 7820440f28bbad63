"""A call over a stream leaves what it was like at the caller's ear, and its turns know how long the caller waited."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest

from control_plane.adapters.blobs.disk import DiskBlobs
from control_plane.adapters.bus.memory import MemoryBus
from control_plane.adapters.store.calls import SqlCallStore
from control_plane.adapters.store.database import Database
from control_plane.adapters.store.ears import SqlEarStore
from control_plane.adapters.store.engine import open_database
from control_plane.core.audio.frames import FRAME_BYTES, SILENCE, Encoding
from control_plane.core.audio.playout import Playout
from control_plane.core.turn.events import FinalHeard
from control_plane.core.turn.vad import VadGate
from control_plane.observability.metrics import Metrics
from control_plane.ports.carrier import MediaStarted
from control_plane.ports.ears import EarRecord
from control_plane.ports.stores import StoreUnavailable
from control_plane.services.calls.ears import EarKeeper
from control_plane.services.calls.talk import CallTalk, TalkParts
from control_plane.services.conversation.turn_log import TurnLogParts
from control_plane.services.media.line import Line
from control_plane.services.media.stream import MediaStream, StreamParts
from control_plane.services.supervisor import Supervisor
from control_plane.testing.brains import FakeBrain, says
from control_plane.testing.carriers import PlainCodec
from control_plane.testing.voices import FakeTextToSpeech
from tests.caches import local_cache
from tests.control_plane.services.media.test_stream import voice
from tests.conversations import BOT
from tests.records import call_record, journal_entry
from tests.telephones import Telephone
from tests.virtual_time import LoopClock

VIRTUAL_TIME = True

RECORD: Final = call_record(contact_name="Laura")
QUIET: Final = SILENCE[Encoding.PCMU]
FRAME_S: Final = 0.02


class Call:
    """One call with a telephone that sends a frame every 20 ms."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.clock, self.supervisor, self.metrics = LoopClock(), Supervisor(), Metrics(version="test")
        self.brain, self.store, self.ears = FakeBrain(), SqlCallStore(database), SqlEarStore(database)
        store = self.store
        turns = TurnLogParts(
            store=store, bus=MemoryBus(), clock=self.clock, metrics=self.metrics, supervisor=self.supervisor
        )
        parts = TalkParts(
            brain=self.brain,
            tts=FakeTextToSpeech(),
            store=store,
            blobs=DiskBlobs(folder / "blobs", "https://gateway.example", secret=b"s", clock=self.clock),
            cache=local_cache(self.clock),
            clock=self.clock,
            metrics=self.metrics,
            supervisor=self.supervisor,
            turns=turns,
            spool=None,
            transfer_number="",
            zone_of=lambda call: "America/Bogota",
            ears=EarKeeper(ears=self.ears, calls=store, metrics=self.metrics),
        )
        self.talk = CallTalk(RECORD, BOT, parts=parts, post=lambda event: None)
        self.phone = Telephone()

    def stream(self, stream_id: str = "stream-1") -> None:
        self.phone, gate = Telephone(), VadGate()
        parts = StreamParts(
            socket=self.phone,
            codec=PlainCodec(),
            line=Line(self.phone, PlainCodec(), playout=Playout(), clock=self.clock),
            gate=gate,
            hearing=None,
            recorder=self.talk.recorder(),
            ear=self.talk.ear.leg(gate),
            perceive=self.talk.perceive,
            clock=self.clock,
            metrics=self.metrics,
            spawn=self.supervisor.spawn,
        )
        started = MediaStarted(stream_id=stream_id, control_id="leg-1", encoding=Encoding.PCMU)
        stream = MediaStream(started, parts)
        self.talk.attach(stream)
        self.supervisor.spawn(stream.run(), "stream")

    async def sends(self, audio: bytes) -> float:
        """The caller's frames in real time; when the last of them had come."""
        for offset in range(0, len(audio), FRAME_BYTES):
            await asyncio.sleep(FRAME_S)
            self.phone.sound(audio[offset : offset + FRAME_BYTES])
        return self.clock.steady()

    async def quiet(self, length_s: float) -> None:
        await self.sends(QUIET * round(length_s / FRAME_S))

    async def asks(self, text: str, *, known_after_s: float) -> float:
        """The caller says something, which is understood some time later; how long until the answer was sent, in ms."""
        ended = await self.sends(voice(1.0))
        sent = len(self.phone.got)
        await self.quiet(known_after_s)
        self.talk.perceive(FinalHeard(text=text, ends_speech=True))
        await self.quiet(3.0)
        answered = next(arrived.at for arrived in self.phone.got[sent:] if arrived.message.startswith("audio"))
        return (answered - ended) * 1000

    async def report(self) -> EarRecord:
        await self.talk.aclose()
        found = await self.ears.of(RECORD.id)
        assert found is not None
        return found


@pytest.fixture
async def it(database_url: str, tmp_path: Path) -> AsyncIterator[Call]:
    database = open_database(database_url)
    call = Call(database, tmp_path)
    await call.store.create(RECORD, journal_entry(), commands=[])
    yield call
    await call.supervisor.aclose()
    await database.aclose()


async def test_the_latency_at_the_ear_is_what_the_telephone_measures_to_a_frame(it: Call) -> None:
    it.brain.add(says("A las nueve."))
    it.brain.add(says("Con gusto."))
    it.stream()
    await it.talk.start(stream=True, resumed=False)
    await it.quiet(8.0)
    waited = [await it.asks("¿A qué hora abren?", known_after_s=0.7), await it.asks("Gracias.", known_after_s=1.3)]
    kept = await it.report()
    gaps = [end - start for start, end in kept.report["gaps"]]
    assert gaps == [pytest.approx(one, abs=20) for one in waited]
    assert kept.latency_max_ms == max(gaps)
    timed = [turn.timing.get("ear") for turn in await it.store.turns(RECORD.id) if turn.speaker == "agent"]
    assert timed == [None, *gaps]
    assert it.metrics.registry.get_sample_value("gateway_ear_latency_seconds_count") == 2


async def test_an_answer_that_does_not_come_is_dead_air_and_the_worst_of_the_call(it: Call) -> None:
    it.stream()
    await it.talk.start(stream=True, resumed=False)
    await it.quiet(8.0)
    await it.sends(voice(1.0))
    await it.quiet(2.3)
    kept = await it.report()
    assert kept.dead_air_ms == pytest.approx(2300, abs=40)
    assert kept.report["worst"]["reasons"][0][0] == "dead_air"
    assert kept.latency_p95_ms is None
    assert it.metrics.registry.get_sample_value("gateway_dead_air_total") == 1


async def test_streams_of_one_call_are_one_report(it: Call) -> None:
    it.stream()
    await it.talk.start(stream=True, resumed=False)
    await it.quiet(8.0)
    it.phone.hang_up()
    await asyncio.sleep(5.0)
    it.stream("stream-2")
    await it.talk.start(stream=True, resumed=True)
    await it.quiet(6.0)
    kept = await it.report()
    assert len(kept.report["agent"]) >= 2
    assert kept.report["end"] == pytest.approx(19_000, abs=100)
    assert kept.dead_air_ms == 0


async def test_a_call_without_a_stream_has_no_report(it: Call) -> None:
    await it.talk.start(stream=False, resumed=False)
    await it.talk.aclose()
    assert await it.ears.of(RECORD.id) is None


async def test_a_store_that_is_away_costs_the_report_and_not_the_end_of_the_call(
    it: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(call_id: str) -> None:
        raise StoreUnavailable("away")

    it.stream()
    await it.quiet(1.0)
    monkeypatch.setattr(it.store, "turns", away)
    await it.talk.aclose()
    assert await it.ears.of(RECORD.id) is None
