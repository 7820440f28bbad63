"""What the simulated recognition hears, over a real websocket."""

from collections.abc import Callable
from typing import Any

import pytest

from simulator.audio.g711 import ALAW_TO_ULAW, ULAW_TO_ALAW
from simulator.audio.speech import cough, speech
from simulator.world import World
from tests.simulator.ai.deepgram_client import QUERY, SILENCE, TEXT, dialler, heard, play, results, spoken, transcript


@pytest.fixture
def dial(providers: str, world: World) -> Callable[..., Any]:
    return dialler(providers, world)


async def test_speech_becomes_growing_interims_and_one_final(dial: Callable[..., Any], world: World) -> None:
    _, audio = spoken(world, TEXT)
    async with dial() as socket:
        assert socket.response.headers["dg-request-id"]
        await play(socket, SILENCE * 5 + audio + SILENCE * 12)
        messages = await heard(socket)
    assert messages[0]["type"] == "SpeechStarted"
    assert 0.5 <= messages[0]["timestamp"] < 0.6
    interims = [transcript(message) for message in results(messages, final=False)]
    assert len(interims) >= 5
    assert interims == sorted(interims, key=len)
    assert all(TEXT.startswith(interim) for interim in interims)
    finals = [message for message in results(messages, final=True) if transcript(message)]
    assert [transcript(message) for message in finals] == [TEXT]
    assert finals[0]["speech_final"] is True
    words = finals[0]["channel"]["alternatives"][0]["words"]
    assert [words[0]["word"], words[0]["punctuated_word"]] == ["hola", "Hola,"]
    assert 0.5 <= words[0]["start"] < words[-1]["end"] <= 0.5 + len(audio) / 8000
    assert messages[-1]["type"] == "Metadata"
    assert messages[-1]["duration"] == pytest.approx((len(audio) + 17 * 800) / 8000, abs=0.001)


async def test_the_end_of_an_utterance_follows_the_last_word(dial: Callable[..., Any], world: World) -> None:
    _, audio = spoken(world, TEXT)
    async with dial() as socket:
        await play(socket, audio + SILENCE * 12)
        messages = await heard(socket)
    kinds = [message["type"] for message in messages]
    assert kinds.count("UtteranceEnd") == 1
    end = messages[kinds.index("UtteranceEnd")]
    assert end["last_word_end"] == pytest.approx(len(audio) / 8000, abs=0.1)


async def test_without_punctuation_the_words_are_bare(dial: Callable[..., Any], world: World) -> None:
    _, audio = spoken(world, TEXT)
    async with dial(QUERY.replace("punctuate=true", "punctuate=false")) as socket:
        await play(socket, audio + SILENCE * 5)
        messages = await heard(socket)
    assert transcript(results(messages, final=True)[0]) == "hola quiero una cita para mi perro"


async def test_a_pause_longer_than_endpointing_ends_the_utterance(dial: Callable[..., Any], world: World) -> None:
    _, first = spoken(world, "Quiero una cita.")
    _, second = spoken(world, "Para mi perro.")
    async with dial() as socket:
        await play(socket, first + SILENCE * 4 + second + SILENCE * 4)
        messages = await heard(socket)
    ended = [message for message in results(messages, final=True) if message["speech_final"]]
    assert [transcript(message) for message in ended] == ["Quiero una cita.", "Para mi perro."]


async def test_a_long_utterance_has_several_finals(dial: Callable[..., Any], world: World) -> None:
    text = "Hola, quiero una cita para mi perro porque desde ayer tiene mucha tos y no quiere comer nada de nada."
    _, audio = spoken(world, text)
    async with dial() as socket:
        await play(socket, audio + SILENCE * 5)
        messages = await heard(socket)
    finals = [message for message in results(messages, final=True) if transcript(message)]
    assert len(finals) == 2
    assert [message["speech_final"] for message in finals] == [False, True]
    assert " ".join(map(transcript, finals)) == text


async def test_only_the_part_that_was_heard_is_transcribed(dial: Callable[..., Any], world: World) -> None:
    _, audio = spoken(world, TEXT)
    half = len(audio) // 2 // 160 * 160
    async with dial() as first:
        await play(first, audio[:half])
        before = await heard(first)
    async with dial() as second:
        await play(second, audio[half:] + SILENCE * 5)
        after = await heard(second)
    texts = [" ".join(filter(None, map(transcript, results(part, final=True)))) for part in (before, after)]
    assert texts[0]
    assert TEXT.startswith(texts[0])
    assert texts[1]
    assert TEXT.endswith(texts[1])
    assert 6 <= len(f"{texts[0]} {texts[1]}".split()) <= 7


async def test_a_cough_has_at_most_an_empty_transcript(dial: Callable[..., Any]) -> None:
    async with dial() as socket:
        await play(socket, SILENCE + cough() + SILENCE * 5)
        messages = await heard(socket)
    assert messages[0]["type"] == "SpeechStarted"
    assert {transcript(message) for message in results(messages, final=True)} == {""}


async def test_under_lasting_noise_the_utterance_ends_by_its_words(dial: Callable[..., Any], world: World) -> None:
    _, audio = spoken(world, TEXT)
    hum = bytes(0x20 if at % 20 < 10 else 0xA0 for at in range(16000))
    async with dial() as socket:
        await play(socket, audio + hum)
        messages = await heard(socket)
    kinds = [message["type"] for message in messages]
    before = messages[: kinds.index("UtteranceEnd")]
    finals = results(before, final=True)
    assert [(transcript(final), final["speech_final"]) for final in finals] == [(TEXT, False)]


async def test_speech_that_is_cut_between_frames_is_understood(dial: Callable[..., Any], world: World) -> None:
    _, audio = spoken(world, TEXT)
    async with dial() as socket:
        await play(socket, b"\xff" * 77 + audio + SILENCE * 5, size=333)
        messages = await heard(socket)
    assert transcript(results(messages, final=True)[0]).endswith("quiero una cita para mi perro.")


async def test_alaw_is_heard_too(dial: Callable[..., Any], world: World) -> None:
    audio = speech(TEXT)
    world.spoken.begin(TEXT, speaker="caller", call="c").append(audio.translate(ULAW_TO_ALAW).translate(ALAW_TO_ULAW))
    async with dial(QUERY.replace("mulaw", "alaw")) as socket:
        await play(socket, (audio + SILENCE * 5).translate(ULAW_TO_ALAW))
        messages = await heard(socket)
    assert transcript(results(messages, final=True)[0]) == TEXT


async def test_finalize_releases_what_was_said_so_far(dial: Callable[..., Any], world: World) -> None:
    _, audio = spoken(world, TEXT)
    async with dial() as socket:
        await play(socket, audio)
        await socket.send('{"type":"Finalize"}')
        messages = await heard(socket)
    final = results(messages, final=True)[0]
    assert (final["from_finalize"], transcript(final)) == (True, TEXT)


async def test_a_number_is_held_when_formatting_is_smart(dial: Callable[..., Any], world: World) -> None:
    _, audio = spoken(world, "A las cuatro")
    smart = QUERY.replace("no_delay=true", "smart_format=true").replace("&utterance_end_ms=1000", "")
    async with dial(smart) as socket:
        await play(socket, audio + SILENCE * 32)
        messages = await heard(socket)
    final = results(messages, final=True)[0]
    assert transcript(final) == "A las cuatro"
    assert final["start"] + final["duration"] > len(audio) / 8000 + 2.8


async def test_the_ledger_of_stages_learns_of_finals(dial: Callable[..., Any], world: World) -> None:
    _, audio = spoken(world, TEXT, call="call-7")
    world.stages.caller_spoke("call-7", TEXT, ended_at=world.now())
    async with dial() as socket:
        await play(socket, audio + SILENCE * 5)
        await heard(socket)
    stages = world.stages.for_call("call-7")[0]["stages"]
    assert stages["ear_ms"] is not None
    assert stages["stt_ms"] is not None


async def finalized_at(dial: Callable[..., Any], audio: bytes, *, at: int, pause: bytes = b"") -> list[dict[str, Any]]:
    """All finals with words of `audio`, of which `at` bytes were sent when `Finalize` came."""
    async with dial() as socket:
        await play(socket, audio[:at])
        await play(socket, pause)
        await socket.send('{"type":"Finalize"}')
        await play(socket, audio[at:] + SILENCE * 15)
        messages = await heard(socket)
    return [message for message in results(messages, final=True) if transcript(message)]


@pytest.mark.parametrize("pause", [b"", SILENCE * 2])
@pytest.mark.parametrize("share", [0.2, 0.35, 0.5, 0.65, 0.8])
async def test_who_speaks_on_after_a_finalize_is_heard_without_a_doubled_word(
    dial: Callable[..., Any], world: World, share: float, pause: bytes
) -> None:
    stretch, audio = spoken(world, TEXT)
    at = int(len(audio) * share) // 160 * 160
    finals = await finalized_at(dial, audio, at=at, pause=pause)
    assert [final["from_finalize"] for final in finals] == [True, False]
    assert " ".join(transcript(final) for final in finals) == stretch.text
    first, second = finals
    assert second["start"] == pytest.approx(first["start"] + first["duration"], abs=0.001)
    assert second["speech_final"] is True


async def test_a_finalize_after_the_last_word_is_followed_by_nothing_but_the_end_of_the_utterance(
    dial: Callable[..., Any], world: World
) -> None:
    _, audio = spoken(world, TEXT)
    async with dial() as socket:
        await play(socket, audio + SILENCE * 2)
        await socket.send('{"type":"Finalize"}')
        await play(socket, SILENCE * 15)
        messages = await heard(socket)
    finals = [message for message in results(messages, final=True) if transcript(message)]
    assert [(transcript(final), final["from_finalize"]) for final in finals] == [(TEXT, True)]
    assert [message["type"] for message in messages].count("UtteranceEnd") == 1
