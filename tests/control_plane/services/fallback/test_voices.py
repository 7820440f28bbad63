"""Several synthesisers as one: who speaks, and whose voice it is."""

import asyncio

import pytest

from control_plane.core.breaker import BreakerState
from control_plane.observability.metrics import Metrics
from control_plane.ports.errors import Misconfigured, Unavailable
from control_plane.ports.voice import TextToSpeech, VoiceOptions
from control_plane.services.fallback.route import CONNECT_S, Route
from control_plane.services.fallback.voices import VoiceChain
from control_plane.services.media.voices import CallVoice
from control_plane.testing.voices import FakeTextToSpeech, FakeVoice, spoken
from tests.caches import local_cache
from tests.virtual_time import LoopClock

VIRTUAL_TIME = True

AWAY = Unavailable("one", "cannot be connected to")
OPTIONS = VoiceOptions(voice="ana", model="flash")


class Slow(FakeTextToSpeech):
    """Does not answer the door."""

    async def open(self, options: VoiceOptions) -> FakeVoice:
        await asyncio.Event().wait()
        raise AssertionError


class Voices:
    def __init__(self, one: FakeTextToSpeech | None = None) -> None:
        self.one, self.two = one or FakeTextToSpeech(), FakeTextToSpeech()
        self.metrics = Metrics(version="test")
        voices: list[tuple[str, TextToSpeech]] = [("one", self.one), ("two", self.two)]
        self.route = Route("tts", voices, clock=LoopClock(), metrics=self.metrics)
        self.chain = VoiceChain(self.route)
        self.cache = local_cache(LoopClock())
        self.call = CallVoice(self.chain, OPTIONS, cache=self.cache, metrics=self.metrics)


@pytest.fixture
async def it() -> Voices:
    return Voices()


async def test_voice_and_model_are_of_the_first_one_alone(it: Voices) -> None:
    it.one.refusal = AWAY
    voice = await it.chain.open(OPTIONS)
    assert (voice.provider, voice.own) == ("two", False)
    assert (it.two.voices[0].options.voice, it.two.voices[0].options.model) == ("", "")
    it.one.refusal = None
    voice = await it.chain.open(OPTIONS)
    assert (voice.provider, voice.own) == ("one", True)
    assert it.one.voices[0].options.voice == "ana"


async def test_whoever_does_not_answer_the_door_is_not_waited_for() -> None:
    it = Voices(Slow())
    began = LoopClock().steady()
    assert (await it.chain.open(OPTIONS)).provider == "two"
    assert LoopClock().steady() - began == pytest.approx(CONNECT_S)


async def test_a_voice_of_a_bots_own_that_there_is_not_does_not_shut_out_the_others(it: Voices) -> None:
    it.one.refusal = Misconfigured("one", "no such voice", code="voice_not_found")
    await it.chain.open(OPTIONS)
    assert it.route.state("one") is BreakerState.CLOSED
    await it.chain.open(VoiceOptions())
    assert it.route.state("one") is BreakerState.OPEN


async def test_whoever_is_to_be_avoided_comes_last(it: Voices) -> None:
    assert (await it.chain.open(VoiceOptions(avoid="one"))).provider == "two"
    it.two.refusal = AWAY
    assert (await it.chain.open(VoiceOptions(avoid="one"))).provider == "one"


async def test_a_bots_order_decides_who_speaks_and_nobody_else_is_asked(it: Voices) -> None:
    it.two.refusal = AWAY
    with pytest.raises(Unavailable):
        await it.chain.open(VoiceOptions(providers=("two",)))
    assert it.one.voices == []


async def test_a_whole_text_is_spoken_by_the_next_one_too(it: Voices) -> None:
    it.one.refusal = AWAY
    assert await it.chain.synthesize("Hola.", OPTIONS) == spoken("Hola.").audio
    assert it.two.synthesized == ["Hola."]


async def test_audio_that_is_kept_is_of_the_bots_own_voice(it: Voices) -> None:
    it.one.refusal = AWAY
    await it.call.prepare(("Hola.",))
    assert (await it.call.phrase("Hola."), it.two.synthesized) == (None, [])
    assert await it.call.synthesize("Hola.", keep=True)
    assert it.two.synthesized == ["Hola."]
    assert await it.call.phrase("Hola.") is None
    await it.call.keep("Hola.", b"\x80")
    assert await it.call.phrase("Hola.") is None


async def test_an_utterance_that_is_lost_counts_against_its_provider(it: Voices) -> None:
    for _ in range(3):
        voice = await it.chain.open(VoiceOptions())
        utterance = await voice.utterance()
        utterance.lost(AWAY)
        utterance.lost(AWAY)
    assert it.route.state("one") is BreakerState.OPEN
    assert (await it.chain.open(VoiceOptions())).provider == "two"


async def test_a_probe_that_speaks_closes_the_breaker(it: Voices) -> None:
    await test_an_utterance_that_is_lost_counts_against_its_provider(it)
    await asyncio.sleep(5)
    voice = await it.chain.open(VoiceOptions())
    assert voice.provider == "one"
    assert (await it.chain.open(VoiceOptions())).provider == "two"
    utterance = await voice.utterance()
    await utterance.say("Hola.")
    await utterance.end()
    async for _ in utterance.audio():
        pass
    assert it.route.state("one") is BreakerState.CLOSED


async def test_closing_closes_all(it: Voices) -> None:
    await it.chain.aclose()
    assert (it.one.closed, it.two.closed) == (True, True)


def test_a_route_without_anybody_is_none() -> None:
    with pytest.raises(ValueError, match="no provider"):
        Route("tts", [], clock=LoopClock(), metrics=Metrics(version="test"))
