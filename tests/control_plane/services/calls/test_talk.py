"""The conversation side of a call: greeting, streams that come and go, memory that outlives them, the recording."""

import asyncio
import errno
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Never

import pytest

from control_plane.adapters.blobs.disk import DiskBlobs
from control_plane.adapters.bus.memory import MemoryBus
from control_plane.adapters.store.calls import SqlCallStore
from control_plane.core.audio.frames import FRAME_BYTES, Encoding
from control_plane.core.audio.playout import Playout
from control_plane.core.call.commands import Speak, StopSpeech
from control_plane.core.call.events import (
    CallerTranscribed,
    CallEvent,
    CommandFailed,
    DigitReceived,
    QuietRequested,
    SayRequested,
    SpeechPlayed,
)
from control_plane.core.call.machine import CallMachine
from control_plane.core.turn.events import FinalHeard, SpeechStarted, SpeechStopped
from control_plane.core.turn.vad import VadGate
from control_plane.observability.metrics import Metrics
from control_plane.ports.carrier import MediaStarted
from control_plane.ports.errors import Unavailable
from control_plane.ports.stores import StoreUnavailable
from control_plane.services.calls.talk import CallTalk, TalkParts
from control_plane.services.conversation.delivery import NO_VOICE
from control_plane.services.conversation.turn_log import TurnLogParts
from control_plane.services.media.line import Line
from control_plane.services.media.recorder import Recorder
from control_plane.services.media.spool import Spool
from control_plane.services.media.stream import MediaStream, StreamParts
from control_plane.services.supervisor import Supervisor
from control_plane.testing.brains import FakeBrain, says
from control_plane.testing.carriers import PlainCodec
from control_plane.testing.voices import FakeTextToSpeech
from tests.caches import local_cache
from tests.call_events import ANSWERED, ATTACHED, INITIATED, REQUESTED
from tests.conversations import BOT
from tests.records import call_record, journal_entry
from tests.telephones import Telephone
from tests.virtual_time import LoopClock, eventually

VIRTUAL_TIME = True

RECORD = call_record(contact_name="Laura", variables={"mascota": "Luna"})
AFTERNOON = "Buenas tardes, Laura."
LOST = Unavailable("elevenlabs", "the connection was closed")


class Call:
    """One call's conversation side in one process, with the world around it."""

    def __init__(self, store: SqlCallStore, folder: Path) -> None:
        self.clock, self.supervisor, self.metrics = LoopClock(), Supervisor(), Metrics(version="test")
        self.store, self.brain, self.tts = store, FakeBrain(), FakeTextToSpeech()
        self.blobs = DiskBlobs(folder / "blobs", "https://gateway.example", secret=b"s", clock=self.clock)
        self.posted: list[CallEvent] = []
        turns = TurnLogParts(
            store=store, bus=MemoryBus(), clock=self.clock, metrics=self.metrics, supervisor=self.supervisor
        )
        self.parts = TalkParts(
            brain=self.brain,
            tts=self.tts,
            store=store,
            blobs=self.blobs,
            cache=local_cache(self.clock),
            clock=self.clock,
            metrics=self.metrics,
            supervisor=self.supervisor,
            turns=turns,
            spool=Spool(folder / "spool", self.supervisor.spawn),
            transfer_number="+573005550199",
            zone_of=lambda call: "America/Bogota",
        )
        self.talk = self.taken_over()

    def taken_over(self, **parts: Any) -> CallTalk:
        """The same call as another process, or one with other parts, would have it."""
        return CallTalk(RECORD, BOT, parts=replace(self.parts, **parts), post=self.posted.append)

    def stream(self, stream_id: str = "stream-1") -> Telephone:
        """A media stream comes; its telephone."""
        phone = Telephone()
        parts = StreamParts(
            socket=phone,
            codec=PlainCodec(),
            line=Line(phone, PlainCodec(), playout=Playout(), clock=self.clock),
            gate=VadGate(),
            hearing=None,
            recorder=self.talk.recorder(),
            perceive=self.talk.perceive,
            clock=self.clock,
            metrics=self.metrics,
            spawn=self.supervisor.spawn,
        )
        self.attached = MediaStream(
            MediaStarted(stream_id=stream_id, control_id="leg-1", encoding=Encoding.PCMU), parts
        )
        self.talk.attach(self.attached)
        self.streaming = self.supervisor.spawn(self.attached.run(), "stream")
        return phone

    def hears(self, text: str) -> None:
        self.talk.perceive(SpeechStarted())
        self.talk.perceive(SpeechStopped())
        self.talk.perceive(FinalHeard(text=text, ends_speech=True))

    async def turns(self, count: int) -> list[tuple[int, str, str]]:
        """(index, speaker, heard) of the stored turns, once there are so many."""
        for _ in range(1200):
            stored = await self.store.turns(RECORD.id)
            if len(stored) >= count:
                return [(turn.index, turn.speaker, turn.heard) for turn in stored]
            await asyncio.sleep(0.05)
        return pytest.fail(f"{count} turns were not stored within a minute")

    def question(self) -> list[tuple[str, str]]:
        return [(message.role, message.text) for message in self.brain.questions[-1].messages]

    @property
    def said(self) -> list[SayRequested]:
        return [event for event in self.posted if isinstance(event, SayRequested)]

    def metric(self, name: str, **labels: str) -> float:
        return self.metrics.registry.get_sample_value(f"gateway_{name}", labels) or 0.0


@pytest.fixture
async def it(store: SqlCallStore, tmp_path: Path) -> AsyncIterator[Call]:
    await store.create(RECORD, journal_entry(), commands=[])
    call = Call(store, tmp_path)
    yield call
    await call.supervisor.aclose()


# --- the greeting ---------------------------------------------------------------------------------


async def test_the_bot_greets_whom_it_calls_by_name_and_by_the_time_of_day_there(it: Call) -> None:
    it.stream()
    await it.talk.start(stream=True, resumed=False)
    [(_, speaker, heard)] = await it.turns(1)
    assert speaker == "agent"
    assert heard.startswith(AFTERNOON)


async def test_the_time_of_day_is_that_of_the_contact(it: Call) -> None:
    it.talk = it.taken_over(zone_of=lambda call: "Europe/Madrid")
    it.stream()
    await it.talk.start(stream=True, resumed=False)
    [(_, _, heard)] = await it.turns(1)
    assert heard.startswith("Buenas noches, Laura.")


async def test_while_it_rings_voice_and_greeting_and_model_are_made_ready(it: Call) -> None:
    it.talk.prepare()
    await eventually(lambda: it.tts.synthesized)
    assert it.tts.synthesized[0].startswith(AFTERNOON)
    assert it.brain.warmed == 1
    it.stream()
    await it.talk.start(stream=True, resumed=False)
    await it.turns(1)
    assert len(it.tts.voices) == 1
    assert it.tts.voices[0].utterances == []


async def test_without_a_stream_nothing_is_said(it: Call) -> None:
    await it.talk.start(stream=True, resumed=False)
    it.hears("¿Hola?")
    await asyncio.sleep(30)
    assert not it.talk.say("Hola.")
    assert it.posted == []
    assert await it.store.turns(RECORD.id) == []


# --- streams that come and go ---------------------------------------------------------------------


async def test_a_switch_to_webhooks_keeps_the_memory(it: Call) -> None:
    it.brain.add(says("A las nueve."))
    it.brain.add(says("Con gusto."))
    it.stream()
    await it.talk.start(stream=True, resumed=False)
    [(_, _, greeting)] = await it.turns(1)
    it.hears("¿A qué hora abren?")
    await it.turns(3)
    it.talk.detach(it.attached)
    await it.talk.start(stream=False, resumed=True)
    await eventually(lambda: it.said)
    assert it.said[0].text == BOT.phrases.resumed
    assert it.said[0].url.startswith("https://gateway.example/blobs/speech/")
    it.talk.deliver(SpeechPlayed(completed=True))
    await it.turns(4)
    it.talk.deliver(CallerTranscribed(text="Quiero una cita.", final=True))
    await eventually(lambda: len(it.said) == 2)
    assert it.question() == [
        ("caller", "(llamada conectada)"),
        ("agent", greeting),
        ("caller", "¿A qué hora abren?"),
        ("agent", f"A las nueve. {BOT.phrases.resumed}"),
        ("caller", "Quiero una cita."),
    ]


async def test_a_stream_that_comes_back_goes_on_in_the_middle_of_the_conversation(it: Call) -> None:
    it.stream()
    await it.talk.start(stream=True, resumed=False)
    await asyncio.sleep(0.06 * len("Buenas tardes, Laura. Habla "))
    it.talk.detach(it.attached)
    second = it.stream("stream-2")
    await it.talk.start(stream=True, resumed=True)
    (_, _, cut), (_, _, resumed) = await it.turns(2)
    assert cut == "Buenas tardes, Laura. Habla"
    assert resumed == BOT.phrases.resumed
    assert second.audio


async def test_the_end_of_an_old_stream_does_not_take_the_new_one_away(it: Call) -> None:
    it.stream()
    old = it.attached
    phone = it.stream("stream-2")
    it.talk.detach(old)
    await it.talk.start(stream=True, resumed=False)
    await it.turns(1)
    assert phone.audio


async def test_a_second_stream_ends_the_first_so_that_one_caller_is_heard_once(it: Call) -> None:
    it.stream()
    first = it.streaming
    it.stream("stream-2")
    await eventually(first.done)
    assert not it.streaming.done()


async def test_a_call_that_begins_in_webhook_mode_is_greeted(it: Call) -> None:
    await it.talk.start(stream=False, resumed=False)
    await eventually(lambda: it.said)
    assert it.said[0].text.startswith(AFTERNOON)


# --- after a restart ------------------------------------------------------------------------------


async def test_after_a_restart_the_conversation_goes_on_from_what_was_heard(it: Call) -> None:
    it.stream()
    await it.talk.start(stream=True, resumed=False)
    [(_, _, greeting)] = await it.turns(1)
    it.brain.add(says("Uno dos tres cuatro cinco seis siete ocho."))
    it.hears("Cuente.")
    await eventually(lambda: it.brain.questions)
    await asyncio.sleep(0.06 * len("Uno dos "))
    await it.talk.stop()

    it.talk = it.taken_over()
    it.brain.add(says("Claro."))
    it.stream("stream-2")
    await it.talk.start(stream=True, resumed=True)
    await it.turns(4)
    it.hears("¿Sigue ahí?")
    turns = await it.turns(6)
    assert it.question()[1:] == [
        ("agent", greeting),
        ("caller", "Cuente."),
        ("agent", f"Uno dos {BOT.phrases.resumed}"),
        ("caller", "¿Sigue ahí?"),
    ]
    assert [(index, speaker) for index, speaker, _ in turns] == [
        (0, "agent"),
        (1, "caller"),
        (2, "agent"),
        (3, "agent"),
        (4, "caller"),
        (5, "agent"),
    ]


async def test_after_a_restart_before_the_first_word_the_bot_greets(it: Call) -> None:
    it.stream()
    await it.talk.start(stream=True, resumed=True)
    [(_, _, heard)] = await it.turns(1)
    assert heard.startswith(AFTERNOON)


async def test_stopping_stores_what_was_heard_before_it_returns(it: Call) -> None:
    it.stream()
    await it.talk.start(stream=True, resumed=False)
    await asyncio.sleep(0.06 * len("Buenas tardes, "))
    await it.talk.stop()
    [turn] = await it.store.turns(RECORD.id)
    assert turn.heard == "Buenas tardes,"
    it.hears("¿Hola?")
    assert it.brain.questions == []


# --- what the carrier reports and the API asks ----------------------------------------------------


async def greeted(it: Call) -> None:
    """In webhook mode, after the greeting."""
    await it.talk.start(stream=False, resumed=False)
    await eventually(lambda: it.said)
    it.talk.deliver(SpeechPlayed(completed=True))
    await it.turns(1)
    it.posted.clear()


async def test_what_the_carrier_transcribes_is_answered(it: Call) -> None:
    await greeted(it)
    it.brain.add(says("A las nueve."))
    it.talk.deliver(CallerTranscribed(text="¿A qué", final=False))
    assert it.brain.questions == []
    it.talk.deliver(CallerTranscribed(text="¿A qué hora abren?", final=True))
    await eventually(lambda: it.said)
    assert [event.text for event in it.said] == ["A las nueve."]


async def test_words_into_the_bots_speech_silence_the_carrier(it: Call) -> None:
    await greeted(it)
    it.brain.add(says("Uno dos tres cuatro."))
    it.brain.add(says("Dígame."))
    it.talk.deliver(CallerTranscribed(text="Cuente.", final=True))
    await eventually(lambda: it.said)
    it.talk.deliver(CallerTranscribed(text="Espere, una pregunta.", final=True))
    assert it.posted[-1] == QuietRequested()
    await eventually(lambda: len(it.said) == 2)
    assert it.question()[-2:] == [("agent", it.question()[1][1]), ("caller", "Cuente. Espere, una pregunta.")]


async def test_keys_the_carrier_reports_are_taken(it: Call) -> None:
    await greeted(it)
    it.brain.add(says("Opción uno."))
    for digit in "1#":
        it.talk.deliver(DigitReceived(digit=digit))
    await eventually(lambda: it.said)
    assert it.question()[-1] == ("caller", "[DTMF 1]")


async def test_a_clause_that_the_carrier_refuses_does_not_hold_the_conversation(it: Call) -> None:
    await it.talk.start(stream=False, resumed=False)
    await eventually(lambda: it.said)
    it.talk.deliver(CommandFailed(command="Play", code="90015"))
    await it.turns(1)


async def test_a_text_from_outside_is_said_while_a_conversation_runs(it: Call) -> None:
    assert not it.talk.say("Atención.")
    it.stream()
    await it.talk.start(stream=True, resumed=False)
    await it.turns(1)
    assert it.talk.say("Atención.")
    assert (await it.turns(2))[1] == (1, "agent", "Atención.")


# --- without a voice of our own -------------------------------------------------------------------


async def test_without_a_synthesiser_the_carrier_speaks_into_the_stream(it: Call) -> None:
    it.talk = it.taken_over(tts=None)
    it.stream()
    await it.talk.start(stream=True, resumed=False)
    await eventually(lambda: it.said)
    assert it.said[0].text.startswith(AFTERNOON)
    assert it.said[0].url == ""


async def test_when_the_voice_is_lost_the_carrier_speaks_in_every_stream_of_the_call(it: Call) -> None:
    it.tts.refusal = LOST
    it.stream()
    await it.talk.start(stream=True, resumed=False)
    await eventually(lambda: it.said)
    assert it.said[0].text.startswith(AFTERNOON)
    it.stream("stream-2")
    await it.talk.start(stream=True, resumed=True)
    await eventually(lambda: len(it.said) == 2)
    assert it.said[1].text == BOT.phrases.resumed
    assert NO_VOICE not in it.posted


def test_the_call_passes_on_what_the_carriers_voice_is_to_say_in_a_stream() -> None:
    machine = CallMachine()
    for event in (REQUESTED, INITIATED, ANSWERED, ATTACHED):
        machine.handle(event, 1000.0)
    assert machine.handle(SayRequested(text="Hola."), 1001.0) == (Speak(text="Hola."),)
    assert machine.handle(QuietRequested(), 1002.0) == (StopSpeech(),)


# --- the end --------------------------------------------------------------------------------------


async def recorded(it: Call) -> None:
    phone = it.stream()
    for _ in range(10):
        phone.sound(b"\x80" * FRAME_BYTES)
    await asyncio.sleep(0.2)


async def test_at_the_end_the_voice_is_closed_and_the_recording_kept(it: Call) -> None:
    await recorded(it)
    await it.talk.start(stream=True, resumed=False)
    await asyncio.sleep(1)
    await it.talk.aclose()
    assert it.tts.voices[0].closed
    stored = await it.store.get(RECORD.id)
    assert stored is not None
    assert stored.recording_key == "recordings/call-1.wav"
    assert await it.blobs.get(stored.recording_key)
    assert it.metric("recordings_total", outcome="saved") == 1
    assert len(await it.store.turns(RECORD.id)) == 1


async def test_without_recording_nothing_is_kept(it: Call) -> None:
    it.talk = it.taken_over(spool=None)
    await recorded(it)
    await it.talk.aclose()
    stored = await it.store.get(RECORD.id)
    assert stored is not None
    assert stored.recording_key == ""


class FullDisk(DiskBlobs):
    async def put(self, key: str, data: bytes, *, content_type: str) -> None:
        raise Unavailable("disk", "cannot read or write a blob")


async def test_a_recording_that_cannot_be_kept_does_not_disturb_the_end_of_the_call(it: Call, tmp_path: Path) -> None:
    it.talk = it.taken_over(blobs=FullDisk(tmp_path, "http://here", secret=b"s", clock=it.clock))
    await recorded(it)
    await it.talk.aclose()
    assert it.metric("recordings_total", outcome="failed") == 1
    assert list((tmp_path / "spool").iterdir())


async def test_a_full_disk_does_not_disturb_the_end_of_the_call(it: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(*_: object) -> bool:
        raise OSError(errno.ENOSPC, "no space left on device")

    monkeypatch.setattr(Recorder, "save", full)
    await recorded(it)
    await it.talk.aclose()
    assert it.metric("recordings_total", outcome="failed") == 1


async def test_the_end_of_a_call_ends_its_stream_before_the_recording_is_saved(it: Call) -> None:
    await recorded(it)
    await it.talk.start(stream=True, resumed=False)
    await asyncio.sleep(1)
    await it.talk.aclose()
    await eventually(it.streaming.done)
    assert it.metric("recordings_total", outcome="saved") == 1
    assert it.metric("media_frames_total", direction="out") > 0
    assert list(it.parts.spool.folder.iterdir()) == []  # type: ignore[union-attr]


async def test_a_stream_that_comes_after_the_end_is_ended_at_once(it: Call) -> None:
    await it.talk.aclose()
    it.stream()
    await eventually(it.streaming.done)
    assert it.talk.recorder() is None


async def test_a_conversation_whose_memory_cannot_be_read_goes_on_and_overwrites_nothing(
    it: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    it.stream()
    await it.talk.start(stream=True, resumed=False)
    [greeting] = await it.turns(1)
    it.talk = it.taken_over()

    async def away(*_: object) -> Never:
        raise StoreUnavailable("database: no answer in time")

    it.stream("stream-2")
    with monkeypatch.context() as broken:
        broken.setattr(it.store, "turns", away)
        await it.talk.start(stream=True, resumed=True)
    first, (_, _, again) = await it.turns(2)
    assert first == greeting
    assert again.startswith(AFTERNOON)
