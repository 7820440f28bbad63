"""The voice of one call: opened ahead, reopened when lost, with the phrases that every call says at hand."""

import asyncio
from typing import Any

import pytest

from control_plane.observability.metrics import Metrics
from control_plane.ports.errors import Unavailable
from control_plane.ports.voice import VoiceOptions
from control_plane.services.cache.kinds import SPEECH
from control_plane.services.media.voices import CallVoice
from control_plane.testing.clock import FakeClock
from control_plane.testing.voices import FakeTextToSpeech, FakeVoice, spoken
from tests.caches import local_cache

LOST = Unavailable("elevenlabs", "the connection was closed")


class Voices:
    def __init__(self) -> None:
        self.clock = FakeClock()
        self.cache = local_cache(self.clock)
        self.tts = FakeTextToSpeech()
        self.metrics = Metrics(version="test")
        self.voice = self.another()

    def another(self, **options: Any) -> CallVoice:
        """The voice of another call with the same cache."""
        return CallVoice(self.tts, VoiceOptions(**options), cache=self.cache, metrics=self.metrics)

    @property
    def errors(self) -> float:
        labels = {"provider": "elevenlabs", "kind": "Unavailable"}
        return self.metrics.registry.get_sample_value("gateway_provider_errors_total", labels) or 0.0


@pytest.fixture
def it() -> Voices:
    return Voices()


async def test_one_connection_serves_all_utterances(it: Voices) -> None:
    await asyncio.gather(it.voice.utterance(), it.voice.utterance())
    assert len(it.tts.voices) == 1


async def test_a_connection_that_has_died_is_replaced_once(it: Voices) -> None:
    await it.voice.utterance()
    it.tts.voices[0].refusal = LOST
    await it.voice.utterance()
    assert len(it.tts.voices) == 2
    assert it.tts.voices[0].closed


async def test_a_synthesiser_that_stays_away_is_told(it: Voices) -> None:
    await it.voice.utterance()
    it.tts.voices[0].refusal = it.tts.refusal = LOST
    with pytest.raises(Unavailable):
        await it.voice.utterance()
    it.tts.refusal = None
    await it.voice.utterance()


async def test_preparing_connects_and_synthesises_the_phrases_once_for_all_calls(it: Voices) -> None:
    await it.voice.prepare(("Buenos días.",))
    await it.another().prepare(("Buenos días.",))
    assert len(it.tts.voices) == 2
    assert it.tts.synthesized == ["Buenos días."]
    assert await it.voice.phrase("Buenos días.") == spoken("Buenos días.").audio


async def test_preparing_never_fails_and_is_made_up_for_later(it: Voices) -> None:
    it.tts.refusal = LOST
    await it.voice.prepare(("Buenos días.",))
    it.tts.refusal = None
    assert await it.voice.synthesize("Buenos días.") == spoken("Buenos días.").audio


async def test_phrases_of_another_voice_or_language_are_others(it: Voices) -> None:
    await it.voice.keep("Hola.", b"\x80")
    assert await it.another().phrase("Hola.") == b"\x80"
    assert await it.another(voice="ana").phrase("Hola.") is None
    assert await it.another(language="en").phrase("Hola.") is None
    assert await it.another(model="slow").phrase("Hola.") is None


async def test_a_phrase_is_forgotten_after_a_day(it: Voices) -> None:
    await it.voice.keep("Hola.", b"\x80")
    it.clock.advance(SPEECH.ttl_s + 1)
    assert await it.voice.phrase("Hola.") is None


async def test_closing_closes_the_connection_and_may_be_done_twice(it: Voices) -> None:
    await it.voice.utterance()
    await it.voice.aclose()
    await it.voice.aclose()
    assert it.tts.voices[0].closed


async def test_a_voice_that_was_never_used_can_be_closed(it: Voices) -> None:
    await it.voice.aclose()
    assert it.tts.voices == []


async def test_a_connection_made_after_the_call_ended_is_closed(it: Voices, monkeypatch: pytest.MonkeyPatch) -> None:
    connected, ring = asyncio.Event(), it.tts.open

    async def slow(options: VoiceOptions) -> FakeVoice:
        await connected.wait()
        return await ring(options)

    monkeypatch.setattr(it.tts, "open", slow)
    preparing = asyncio.ensure_future(it.voice.prepare(("Buenos días.",)))
    await asyncio.sleep(0)
    await it.voice.aclose()
    connected.set()
    await preparing
    assert [voice.closed for voice in it.tts.voices] == [True]
    assert it.tts.synthesized == []


async def test_after_the_end_of_the_call_no_connection_is_made(it: Voices) -> None:
    await it.voice.aclose()
    with pytest.raises(Unavailable):
        await it.voice.utterance()
    assert it.tts.voices == []


async def test_every_error_of_the_synthesiser_is_counted_once(it: Voices) -> None:
    await it.voice.utterance()
    it.tts.voices[0].refusal = Unavailable("elevenlabs", "the connection was closed")
    await it.voice.utterance()
    assert it.errors == 1
    it.tts.refusal = Unavailable("elevenlabs", "cannot be connected to")
    with pytest.raises(Unavailable):
        await it.voice.synthesize("Hola.")
    await it.another().prepare(("Hola.",))
    assert it.errors == 3


async def test_a_phrase_asked_for_while_it_is_prepared_is_bought_once(it: Voices) -> None:
    preparing = asyncio.ensure_future(it.voice.prepare(("Buenos días.",)))
    await asyncio.gather(preparing, it.voice.synthesize("Buenos días."), it.voice.synthesize("Buenos días."))
    assert it.tts.synthesized == ["Buenos días."]
