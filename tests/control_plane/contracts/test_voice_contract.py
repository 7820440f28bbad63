"""What every TextToSpeech owes the gateway: the adapters over a wire and the fake alike."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

import pytest

from control_plane.adapters.tts import TTS_ADAPTERS
from control_plane.adapters.tts.deepgram_aura import DeepgramTextToSpeech
from control_plane.adapters.tts.elevenlabs import ElevenLabsTextToSpeech
from control_plane.core.audio.frames import seconds
from control_plane.ports.errors import ProviderError, Unavailable
from control_plane.ports.voice import SpokenPiece, TextToSpeech, Utterance, Voice, VoiceOptions
from control_plane.testing.voices import FakeTextToSpeech
from tests.wire.deepgram_speak import DeepgramSpeakWire, deepgram_speak_wire
from tests.wire.elevenlabs import ElevenLabsWire, elevenlabs_wire
from tests.wire.server import spawn


class Rig(Protocol):
    """A synthesiser with its provider in the test's hands."""

    @property
    def tts(self) -> TextToSpeech: ...

    async def break_off(self) -> None: ...
    def refuse(self) -> None: ...


class FakeRig:
    def __init__(self) -> None:
        self.tts = FakeTextToSpeech()

    async def break_off(self) -> None:
        for utterance in self.tts.voices[-1].utterances:
            utterance.fail(Unavailable("fake", "gone"))

    def refuse(self) -> None:
        self.tts.refusal = Unavailable("fake", "closed today")


class ElevenLabsRig:
    def __init__(self, wire: ElevenLabsWire) -> None:
        self.tts = ElevenLabsTextToSpeech(api_key="k", voice="ana", spawn=spawn, base_url=wire.url)
        self._wire = wire

    async def break_off(self) -> None:
        self._wire.cut()

    def refuse(self) -> None:
        self._wire.refusal = (503, {})


class DeepgramRig:
    def __init__(self, wire: DeepgramSpeakWire) -> None:
        self.tts = DeepgramTextToSpeech(api_key="k", spawn=spawn, base_url=wire.url)
        self._wire = wire

    async def break_off(self) -> None:
        self._wire.sockets[-1].cut()

    def refuse(self) -> None:
        self._wire.refusal = (503, {})


@asynccontextmanager
async def fake_rig() -> AsyncIterator[Rig]:
    yield FakeRig()


@asynccontextmanager
async def elevenlabs_rig() -> AsyncIterator[Rig]:
    async with elevenlabs_wire() as wire:
        yield ElevenLabsRig(wire)


@asynccontextmanager
async def deepgram_rig() -> AsyncIterator[Rig]:
    async with deepgram_speak_wire() as wire:
        yield DeepgramRig(wire)


RIGS: dict[type, Callable[[], AbstractAsyncContextManager[Rig]]] = {
    FakeTextToSpeech: fake_rig,
    ElevenLabsTextToSpeech: elevenlabs_rig,
    DeepgramTextToSpeech: deepgram_rig,
}


@pytest.fixture(params=RIGS, ids=lambda adapter: adapter.__name__)
async def rig(request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    async with RIGS[request.param]() as rig:
        yield rig
        await rig.tts.aclose()


@pytest.fixture
async def voice(rig: Rig) -> AsyncIterator[Voice]:
    voice = await rig.tts.open(VoiceOptions())
    yield voice
    await voice.aclose()


async def pieces_of(utterance: Utterance) -> list[SpokenPiece]:
    return [piece async for piece in utterance.audio()]


def text_of(pieces: list[SpokenPiece]) -> str:
    return " ".join("".join(piece.text for piece in pieces).split())


def test_every_adapter_stands_under_this_contract() -> None:
    assert set(RIGS) == {*TTS_ADAPTERS, FakeTextToSpeech}


async def test_clauses_come_out_in_order_and_then_the_audio_ends(voice: Voice) -> None:
    utterance = await voice.utterance()
    await utterance.say("Buenos días. ")
    await utterance.say("¿Cómo está? ")
    await utterance.end()
    pieces = await pieces_of(utterance)
    assert text_of(pieces) == "Buenos días. ¿Cómo está?"
    assert all(piece.audio for piece in pieces)


async def test_every_character_whose_time_is_told_begins_within_its_piece(voice: Voice) -> None:
    utterance = await voice.utterance()
    await utterance.say("Uno, dos y tres. ")
    await utterance.end()
    for piece in await pieces_of(utterance):
        if not piece.starts_ms:
            continue  # no alignment: the text lies along this piece and those without text that follow
        assert len(piece.starts_ms) == len(piece.text)
        assert list(piece.starts_ms) == sorted(piece.starts_ms)
        assert piece.starts_ms[0] == 0
        assert piece.starts_ms[-1] <= seconds(len(piece.audio)) * 1000


async def test_audio_comes_before_the_reply_is_complete(voice: Voice) -> None:
    utterance = await voice.utterance()
    audio = utterance.audio()
    await utterance.say("Buenos días. ")
    assert (await anext(audio)).text.strip() == "Buenos días."
    await utterance.say("¿Cómo está? ")
    assert (await anext(audio)).text.strip() == "¿Cómo está?"
    await utterance.end()
    assert await anext(audio, None) is None


async def test_an_utterance_without_words_is_silent(voice: Voice) -> None:
    utterance = await voice.utterance()
    await utterance.say(" … ")
    await utterance.end()
    assert await pieces_of(utterance) == []


async def test_a_cancelled_utterance_ends_for_whoever_listens(voice: Voice) -> None:
    utterance = await voice.utterance()
    listening = asyncio.ensure_future(pieces_of(utterance))
    await asyncio.sleep(0)
    await utterance.cancel()
    await utterance.cancel()
    assert await listening == []


async def test_a_cancelled_utterance_drops_what_nobody_took(voice: Voice) -> None:
    utterance = await voice.utterance()
    await utterance.say("Esto no se oye. ")
    await utterance.cancel()
    await utterance.say("Y esto tampoco. ")
    await utterance.end()
    assert await pieces_of(utterance) == []


async def test_an_utterance_is_not_touched_by_a_cancelled_one(voice: Voice) -> None:
    first, second = await voice.utterance(), await voice.utterance()
    await first.say("Esto no. ")
    await first.cancel()
    await second.say("Esto sí. ")
    await second.end()
    assert text_of(await pieces_of(second)) == "Esto sí."


async def test_a_lost_voice_is_told_after_what_came(rig: Rig, voice: Voice) -> None:
    utterance = await voice.utterance()
    await utterance.say("Uno. ")
    audio = utterance.audio()
    await anext(audio)
    await rig.break_off()
    with pytest.raises(ProviderError) as caught:
        await anext(audio)
    assert caught.value.retryable
    await utterance.end()
    await utterance.cancel()


async def test_closing_the_voice_ends_its_utterances_without_an_error(voice: Voice) -> None:
    utterance = await voice.utterance()
    await utterance.say("Uno. ")
    audio = utterance.audio()
    await anext(audio)
    listening = asyncio.ensure_future(anext(audio, None))
    await asyncio.sleep(0)
    await voice.aclose()
    await voice.aclose()
    assert await listening is None


async def test_a_whole_text_is_audio_of_a_plausible_length(rig: Rig) -> None:
    audio = await rig.tts.synthesize("Buenos días, ¿en qué puedo ayudarle?", VoiceOptions())
    assert 0.5 < seconds(len(audio)) < 5


async def test_refusals_are_provider_errors(rig: Rig) -> None:
    rig.refuse()
    with pytest.raises(ProviderError):
        await rig.tts.open(VoiceOptions())
    with pytest.raises(ProviderError):
        await rig.tts.synthesize("Hola.", VoiceOptions())


async def test_a_voice_survives_many_utterances(voice: Voice) -> None:
    for number in range(8):
        utterance = await voice.utterance()
        await utterance.say(f"Número {number}. ")
        await utterance.end()
        assert text_of(await pieces_of(utterance)) == f"Número {number}."


async def test_a_lost_voice_can_speak_again(rig: Rig, voice: Voice) -> None:
    lost = await voice.utterance()
    await lost.say("Uno. ")
    audio = lost.audio()
    await anext(audio)
    await rig.break_off()
    with pytest.raises(ProviderError):
        await anext(audio)
    again = await voice.utterance()
    await again.say("Dos. ")
    await again.end()
    assert text_of(await pieces_of(again)) == "Dos."
