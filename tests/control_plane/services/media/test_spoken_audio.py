"""Clauses as files that the carrier can fetch."""

import io
import wave
from pathlib import Path

import pytest

from control_plane.adapters.blobs.disk import DiskBlobs
from control_plane.observability.metrics import Metrics
from control_plane.ports.errors import Unavailable
from control_plane.ports.voice import VoiceOptions
from control_plane.services.media.spoken_audio import SpokenAudio
from control_plane.services.media.voices import CallVoice
from control_plane.testing.clock import FakeClock
from control_plane.testing.voices import FakeTextToSpeech
from tests.caches import local_cache

KEY = slice(len("https://gateway.example/blobs/"), None)


class Spoken:
    def __init__(self, folder: Path) -> None:
        clock = FakeClock()
        self.tts = FakeTextToSpeech()
        self.blobs = DiskBlobs(folder, "https://gateway.example", secret=b"secret", clock=clock)
        self.voice = CallVoice(self.tts, VoiceOptions(), cache=local_cache(clock), metrics=Metrics(version="test"))
        self.audio = SpokenAudio(self.voice, self.blobs)


@pytest.fixture
def it(tmp_path: Path) -> Spoken:
    return Spoken(tmp_path)


async def test_a_clause_becomes_a_wav_at_a_signed_address(it: Spoken) -> None:
    url = await it.audio.url("Buenos días.", keep=False)
    assert url.startswith("https://gateway.example/blobs/speech/")
    assert "signature=" in url
    content = await it.blobs.get(url[KEY].partition("?")[0])
    assert content is not None
    with wave.open(io.BytesIO(content)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 8000)
        assert file.getnframes() == 480 * len("Buenos días.")


async def test_the_address_tells_nothing_of_the_words(it: Spoken) -> None:
    assert "Laura" not in await it.audio.url("Buenos días, Laura.", keep=False)


async def test_the_same_words_have_the_same_file(it: Spoken) -> None:
    first, again = await it.audio.url("Hola.", keep=False), await it.audio.url("Hola.", keep=False)
    assert first.partition("?")[0] == again.partition("?")[0]


async def test_a_phrase_at_hand_is_not_synthesised_again(it: Spoken) -> None:
    await it.voice.keep("Hola.", b"\x80" * 160)
    await it.audio.url("Hola.", keep=False)
    assert it.tts.synthesized == []


async def test_a_voice_that_fails_is_told(it: Spoken) -> None:
    it.tts.refusal = Unavailable("elevenlabs", "cannot be connected to")
    with pytest.raises(Unavailable):
        await it.audio.url("Hola.", keep=False)


async def test_a_sentence_worth_keeping_is_bought_once(it: Spoken) -> None:
    for _ in range(2):
        await it.audio.url("Hola.", keep=True)
        await it.audio.url("A las nueve.", keep=False)
    assert it.tts.synthesized == ["Hola.", "A las nueve.", "A las nueve."]
