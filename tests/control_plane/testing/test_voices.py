"""What the fake voices promise beyond their contract."""

import asyncio

from control_plane.ports.voice import VoiceOptions
from control_plane.testing.voices import FakeTextToSpeech, spoken


def test_audio_is_as_long_as_the_text() -> None:
    piece = spoken("sí", 60)
    assert len(piece.audio) == 960
    assert (piece.text, piece.starts_ms) == ("sí", (0, 60))


async def test_what_was_asked_of_an_utterance_is_kept() -> None:
    tts = FakeTextToSpeech()
    voice = await tts.open(VoiceOptions(voice="ana"))
    one, two = await voice.utterance(), await voice.utterance()
    await one.say("Hola.")
    await one.end()
    await two.cancel()
    assert tts.voices == [voice]
    assert voice.utterances == [one, two]
    assert (one.said, one.ended, one.cancelled) == (["Hola."], True, False)
    assert (two.said, two.ended, two.cancelled) == ([], False, True)
    assert voice.options.voice == "ana"


async def test_held_audio_waits_for_the_test() -> None:
    utterance = await (await FakeTextToSpeech().open(VoiceOptions())).utterance()
    utterance.held.clear()
    await utterance.say("Hola.")
    first = asyncio.ensure_future(anext(utterance.audio()))
    await asyncio.sleep(0)
    assert not first.done()
    utterance.held.set()
    assert (await first).text == "Hola."


async def test_whole_texts_are_remembered() -> None:
    tts = FakeTextToSpeech(ms_per_character=10)
    assert len(await tts.synthesize("Hola.", VoiceOptions())) == 400
    assert tts.synthesized == ["Hola."]
