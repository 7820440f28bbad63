"""From clauses to audio on the line, through the voice of the call."""

import asyncio
import math
from collections.abc import AsyncIterator

import pytest

from control_plane.core.audio.playout import Playout
from control_plane.core.turn.timing import Stage, TurnTiming
from control_plane.observability.metrics import Metrics
from control_plane.ports.errors import Unavailable
from control_plane.ports.voice import VoiceOptions
from control_plane.services.conversation.mouth import MouthLost
from control_plane.services.media.line import Line
from control_plane.services.media.stream_mouth import StreamMouth
from control_plane.services.media.voices import CallVoice
from control_plane.services.supervisor import Supervisor
from control_plane.testing.carriers import PlainCodec
from control_plane.testing.voices import FakeTextToSpeech, FakeUtterance, spoken
from tests.caches import local_cache
from tests.telephones import Telephone
from tests.virtual_time import LoopClock, eventually

VIRTUAL_TIME = True

LOST = Unavailable("elevenlabs", "the connection was closed")


class Speaking:
    def __init__(self) -> None:
        clock = LoopClock()
        self.tts, self.phone, self.supervisor = FakeTextToSpeech(), Telephone(), Supervisor()
        self.line = Line(self.phone, PlainCodec(), playout=Playout(), clock=clock)
        self.metrics = Metrics(version="test")
        self.voice = CallVoice(self.tts, VoiceOptions(), cache=local_cache(clock), metrics=self.metrics)
        self.audible = 0
        self.mouth = StreamMouth(self.line, self.voice, clock=clock, supervisor=self.supervisor, audible=self._audible)
        self.timing = TurnTiming()
        self.supervisor.spawn(self.line.run(), "line")

    def _audible(self) -> None:
        self.audible += 1

    async def say(self, *clauses: str, keep: bool = False) -> None:
        await self.mouth.begin(self.timing)
        for clause in clauses:
            await self.mouth.say(clause, keep=keep)

    @property
    def utterances(self) -> list[FakeUtterance]:
        return [utterance for voice in self.tts.voices for utterance in voice.utterances]


@pytest.fixture
async def it() -> AsyncIterator[Speaking]:
    speaking = Speaking()
    yield speaking
    await speaking.supervisor.aclose()


async def test_clauses_of_one_reply_are_one_utterance_and_its_audio_goes_out(it: Speaking) -> None:
    await it.say("Uno.", "Dos.")
    await it.mouth.finish()
    assert len(it.utterances) == 1
    assert it.utterances[0].ended
    assert it.phone.audio.startswith(spoken("Uno. Dos. ").audio)
    assert it.audible == 1
    assert it.mouth.drop() == "Uno. Dos."


async def test_each_reply_is_an_utterance_of_its_own_and_the_voice_stays_open(it: Speaking) -> None:
    for _ in range(2):
        await it.say("Uno.")
        await it.mouth.finish()
    assert (len(it.tts.voices), len(it.utterances), it.audible) == (1, 2, 2)


async def test_the_stages_of_the_voice_are_marked(it: Speaking) -> None:
    await it.say("Uno.")
    await it.mouth.finish()
    assert all(it.timing.at(stage) for stage in (Stage.VOICE_ASKED, Stage.FIRST_AUDIO, Stage.FIRST_FRAME))


async def test_a_phrase_worth_keeping_is_synthesised_once(it: Speaking) -> None:
    for _ in range(2):
        await it.say("Buenos días.", keep=True)
        await it.mouth.finish()
        assert it.mouth.drop() == "Buenos días."
    assert len(it.utterances) == 1
    assert len(it.phone.audio) >= 2 * len(spoken("Buenos días.").audio)


async def test_an_interrupted_phrase_is_not_kept(it: Speaking) -> None:
    await it.say("Buenos días.", keep=True)
    it.utterances[0].held.clear()
    it.mouth.drop()
    await asyncio.sleep(1)
    assert await it.voice.phrase("Buenos días.") is None


async def test_ordinary_clauses_are_not_kept(it: Speaking) -> None:
    await it.say("Su cita es el martes.")
    await it.mouth.finish()
    assert await it.voice.phrase("Su cita es el martes.") is None


async def test_a_pause_clears_the_carriers_queue_and_tells_how_much_is_unheard(it: Speaking) -> None:
    await it.say("Uno dos tres cuatro.")
    finishing = asyncio.ensure_future(it.mouth.finish())
    await asyncio.sleep(0.66)
    assert it.mouth.pause() == pytest.approx(0.06 * len("Uno dos tres cuatro. ") - 0.06 * len("Uno dos "), abs=0.1)
    await asyncio.sleep(1)
    assert it.phone.messages[-1] == "clear"
    assert not finishing.done()
    it.mouth.resume()
    await finishing
    assert it.mouth.drop() == "Uno dos tres cuatro."


async def test_while_clauses_may_still_come_nobody_knows_how_much_is_unheard(it: Speaking) -> None:
    await it.say("Uno dos tres cuatro.")
    await asyncio.sleep(0.5)
    assert it.mouth.pause() == math.inf


async def test_dropping_cancels_the_utterance_clears_the_line_and_answers_what_was_heard(it: Speaking) -> None:
    await it.say("Uno dos tres cuatro.")
    await asyncio.sleep(0.06 * len("Uno dos "))
    assert it.mouth.drop() == "Uno dos"
    await eventually(lambda: it.utterances[0].cancelled)
    assert it.phone.messages[-1] == "clear"
    sent = len(it.phone.audio)
    await asyncio.sleep(1)
    assert len(it.phone.audio) == sent


async def test_dropping_a_reply_that_was_heard_to_its_end_clears_nothing(it: Speaking) -> None:
    await it.say("Uno.")
    await it.mouth.finish()
    it.mouth.drop()
    await asyncio.sleep(0.1)
    assert "clear" not in it.phone.messages


async def test_a_voice_that_cannot_be_opened_is_told_at_once(it: Speaking) -> None:
    it.tts.refusal = LOST
    with pytest.raises(MouthLost):
        await it.say("Uno.")


async def test_a_voice_that_is_lost_between_clauses_is_told_with_the_next_one(it: Speaking) -> None:
    await it.say("Uno.")
    it.utterances[0].fail(LOST)
    await asyncio.sleep(0.01)
    with pytest.raises(MouthLost):
        await it.mouth.say("Dos.")


async def test_a_voice_that_is_lost_after_the_last_clause_is_told_at_the_end(it: Speaking) -> None:
    await it.say("Uno.")
    it.utterances[0].fail(LOST)
    with pytest.raises(MouthLost):
        await it.mouth.finish()


async def test_a_voice_that_was_lost_speaks_again_in_the_next_reply(it: Speaking) -> None:
    await it.say("Uno.")
    it.utterances[0].fail(LOST)
    with pytest.raises(MouthLost):
        await it.mouth.finish()
    await it.say("Dos.")
    await it.mouth.finish()
    assert it.mouth.drop() == "Dos."


async def test_a_reply_without_words_is_over_at_once(it: Speaking) -> None:
    it.phone.marks_return = False
    await it.say()
    async with asyncio.timeout(1):
        await it.mouth.finish()
    assert it.utterances == []


async def test_a_voice_lost_in_mid_reply_counts_as_one_error(it: Speaking) -> None:
    await it.say("Uno.")
    it.utterances[-1].fail(LOST)
    with pytest.raises(MouthLost):
        await it.mouth.say("Dos.")
    with pytest.raises(MouthLost):
        await it.mouth.finish()
    labels = {"provider": "elevenlabs", "kind": "Unavailable"}
    assert it.metrics.registry.get_sample_value("gateway_provider_errors_total", labels) == 1
