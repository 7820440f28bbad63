"""The ElevenLabs adapter over a real socket."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import pytest

from control_plane.adapters.provider_socket import SocketTimings
from control_plane.adapters.tts.elevenlabs import ElevenLabsTextToSpeech, ElevenLabsTimings
from control_plane.adapters.tts.elevenlabs_voice import ElevenLabsUtterance, ElevenLabsVoice
from control_plane.ports.errors import Misconfigured, ProviderError, RateLimited, Timeout, Unavailable
from control_plane.ports.voice import SpokenPiece, VoiceOptions
from tests.wire.elevenlabs import BYTES_PER_CHARACTER, ElevenLabsWire, elevenlabs_wire
from tests.wire.server import spawn, until

KEY = "el-secret-key"


@pytest.fixture
async def wire() -> AsyncIterator[ElevenLabsWire]:
    async with elevenlabs_wire() as wire:
        yield wire


@pytest.fixture
async def voice(wire: ElevenLabsWire) -> AsyncIterator[ElevenLabsVoice]:
    speech = synthesiser(wire)
    voice = await speech.open(VoiceOptions(speed=1.1))
    yield voice
    await voice.aclose()
    await speech.aclose()


def synthesiser(
    wire: ElevenLabsWire, *, keep_alive: float = 10.0, audio: float = 5.0, synthesis: float = 5.0
) -> ElevenLabsTextToSpeech:
    timings = ElevenLabsTimings(
        socket=SocketTimings(connect=2, ping_patience=None), keep_alive=keep_alive, audio=audio, synthesis=synthesis
    )
    return ElevenLabsTextToSpeech(api_key=KEY, voice="ana", spawn=spawn, base_url=wire.url, timings=timings)


async def pieces_of(utterance: ElevenLabsUtterance) -> list[SpokenPiece]:
    return [piece async for piece in utterance.audio()]


async def test_the_handshake_carries_the_key_the_voice_and_the_query(
    wire: ElevenLabsWire, voice: ElevenLabsVoice
) -> None:
    request = wire.requests[0]
    assert request.headers["xi-api-key"] == KEY
    assert request.match_info["voice"] == "ana"
    assert request.query["output_format"] == "ulaw_8000"
    assert request.query["language_code"] == "es"


async def test_an_utterance_is_one_context_from_opening_to_closing(
    wire: ElevenLabsWire, voice: ElevenLabsVoice
) -> None:
    utterance = await voice.utterance()
    await utterance.say("Buenos días.")
    await utterance.say("¿Cómo está?")
    await utterance.end()
    pieces = await pieces_of(utterance)
    assert [piece.text for piece in pieces] == ["Buenos días. ", "¿Cómo está? "]
    assert pieces[1].starts_ms[:3] == (0, 50, 100)
    assert len(pieces[0].audio) == BYTES_PER_CHARACTER * 13
    context = wire.contexts[0]
    assert wire.received == [
        {"text": " ", "context_id": context, "voice_settings": {"speed": 1.1}},
        {"text": "Buenos días. ", "context_id": context, "flush": True},
        {"text": "¿Cómo está? ", "context_id": context, "flush": True},
        {"context_id": context, "close_context": True},
    ]


async def test_every_utterance_has_a_context_of_its_own(wire: ElevenLabsWire, voice: ElevenLabsVoice) -> None:
    for _ in range(7):
        utterance = await voice.utterance()
        await utterance.say("Hola.")
        await utterance.end()
        await pieces_of(utterance)
    assert len(wire.contexts) == 7
    assert len(wire.requests) == 1


async def test_an_utterance_that_never_speaks_opens_nothing(wire: ElevenLabsWire, voice: ElevenLabsVoice) -> None:
    silent = await voice.utterance()
    await silent.say(" … ")
    await silent.end()
    assert await pieces_of(silent) == []
    cancelled = await voice.utterance()
    await cancelled.cancel()
    assert wire.received == []


async def test_a_cancelled_reply_does_not_leak_into_the_next(wire: ElevenLabsWire, voice: ElevenLabsVoice) -> None:
    wire.mute = True
    first = await voice.utterance()
    await first.say("Esto no se oye.")
    await until(lambda: len(wire.received) == 2)
    await first.cancel()
    await first.cancel()
    second = await voice.utterance()
    await second.say("Esto sí.")
    await until(lambda: len(wire.contexts) == 2)
    old, new = wire.contexts
    await wire.speak(old, "Esto no se oye. ")
    await wire.final(old)
    await wire.speak(old, "y esto tampoco ")
    await wire.speak(new, "Esto sí. ")
    await second.end()
    await wire.final(new)
    assert await pieces_of(first) == []
    assert [piece.text for piece in await pieces_of(second)] == ["Esto sí. "]
    assert [message for message in wire.messages(old) if message.get("close_context")] == [wire.messages(old)[-1]]


async def test_leaving_the_audio_early_cancels(wire: ElevenLabsWire, voice: ElevenLabsVoice) -> None:
    utterance = await voice.utterance()
    await utterance.say("Uno.")
    audio = utterance.audio()
    await anext(audio)
    await audio.aclose()  # type: ignore[attr-defined]
    await until(lambda: wire.received[-1].get("close_context"))
    await utterance.say("Dos.")
    await utterance.end()
    assert wire.received[-1].get("close_context")


async def test_only_opened_contexts_are_kept_alive(wire: ElevenLabsWire) -> None:
    speech = synthesiser(wire, keep_alive=0.01)
    voice = await speech.open(VoiceOptions())
    await asyncio.sleep(0.03)
    assert wire.received == []
    utterance = await voice.utterance()
    await utterance.say("Un momento.")
    await until(lambda: any(message.get("text") == "" for message in wire.received))
    await utterance.end()
    await pieces_of(utterance)
    count = len(wire.received)
    await asyncio.sleep(0.03)
    assert len(wire.received) == count
    await voice.aclose()
    await speech.aclose()


async def test_a_socket_closed_by_the_other_side_leaves_no_task_behind(wire: ElevenLabsWire) -> None:
    tasks: list[asyncio.Task[None]] = []

    def watched(coroutine: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        tasks.append(spawn(coroutine, name))
        return tasks[-1]

    speech = ElevenLabsTextToSpeech(api_key=KEY, voice="ana", spawn=watched, base_url=wire.url)
    voice = await speech.open(VoiceOptions())
    await wire.close(1008, "Have not received a new text input")
    await until(lambda: tasks and all(task.done() for task in tasks))
    await voice.aclose()
    await speech.aclose()


async def test_a_socket_closed_while_idle_is_replaced_by_the_next_utterance(
    wire: ElevenLabsWire, voice: ElevenLabsVoice
) -> None:
    await wire.close(1008, "Have not received a new text input")
    await until(lambda: wire.closed)
    await asyncio.sleep(0.01)
    utterance = await voice.utterance()
    await utterance.say("Sigo aquí.")
    await utterance.end()
    assert [piece.text for piece in await pieces_of(utterance)] == ["Sigo aquí. "]
    assert len(wire.requests) == 2


async def test_a_reconnection_that_fails_is_told(wire: ElevenLabsWire, voice: ElevenLabsVoice) -> None:
    wire.refusal = (401, {})
    await wire.close(1008)
    await until(lambda: wire.closed)
    await asyncio.sleep(0.01)
    with pytest.raises(Misconfigured):
        await voice.utterance()


async def test_a_socket_cut_in_an_utterance_is_told_after_what_came(
    wire: ElevenLabsWire, voice: ElevenLabsVoice
) -> None:
    utterance = await voice.utterance()
    await utterance.say("Uno.")
    audio = utterance.audio()
    assert (await anext(audio)).text == "Uno. "
    wire.cut()
    with pytest.raises(Unavailable):
        await anext(audio)


async def test_saying_into_a_lost_socket_is_told(wire: ElevenLabsWire, voice: ElevenLabsVoice) -> None:
    utterance = await voice.utterance()
    await utterance.say("Uno.")
    wire.cut()
    await asyncio.sleep(0.02)
    with pytest.raises(Unavailable):
        await utterance.say("Dos.")
    await utterance.end()


async def test_an_error_frame_fails_all_that_is_being_said(wire: ElevenLabsWire, voice: ElevenLabsVoice) -> None:
    wire.mute = True
    utterances = [await voice.utterance() for _ in range(2)]
    for utterance in utterances:
        await utterance.say("Hola.")
    await until(lambda: len(wire.received) == 4)
    await wire.tell({"error": "max_active_conversations", "message": "…", "code": 1008})
    for utterance in utterances:
        with pytest.raises(RateLimited):
            await pieces_of(utterance)


async def test_a_context_ended_by_the_server_is_told(wire: ElevenLabsWire, voice: ElevenLabsVoice) -> None:
    wire.mute = True
    utterance = await voice.utterance()
    await utterance.say("Hola.")
    await until(lambda: len(wire.received) == 2)
    await wire.final(wire.contexts[0])
    with pytest.raises(Unavailable):
        await pieces_of(utterance)


async def test_audio_nobody_takes_neither_gets_lost_nor_keeps_the_voice_open(
    wire: ElevenLabsWire, voice: ElevenLabsVoice
) -> None:
    half_a_minute = "a" * (30 * 8000 // BYTES_PER_CHARACTER)
    first, second = await voice.utterance(), await voice.utterance()
    for _ in range(5):
        await first.say(half_a_minute)
    await first.end()
    await until(lambda: len(wire.received) == 7)
    await asyncio.sleep(0.05)
    assert len(await pieces_of(first)) == 5
    for _ in range(5):
        await second.say(half_a_minute)
    await until(lambda: len(wire.received) == 13)
    async with asyncio.timeout(2):
        await voice.aclose()
    await until(lambda: wire.closed)


async def test_audio_that_does_not_come_is_a_timeout(wire: ElevenLabsWire) -> None:
    wire.mute = True
    speech = synthesiser(wire, audio=0.02)
    voice = await speech.open(VoiceOptions())
    utterance = await voice.utterance()
    await utterance.say("Hola.")
    with pytest.raises(Timeout):
        await pieces_of(utterance)
    await voice.aclose()
    await speech.aclose()


async def test_the_sixth_living_utterance_is_refused_before_the_server_does(
    wire: ElevenLabsWire, voice: ElevenLabsVoice
) -> None:
    wire.mute = True
    for _ in range(5):
        await (await voice.utterance()).say("Hola.")
    sixth = await voice.utterance()
    with pytest.raises(RateLimited):
        await sixth.say("Hola.")


async def test_places_taken_by_abandoned_contexts_cost_a_connection_not_the_voice(
    wire: ElevenLabsWire, voice: ElevenLabsVoice
) -> None:
    wire.mute = True
    for _ in range(5):
        utterance = await voice.utterance()
        await utterance.say("Hola.")
        await utterance.cancel()
    await (await voice.utterance()).say("Hola.")
    await until(lambda: len(wire.contexts) == 6)
    assert len(wire.requests) == 2


async def test_closing_the_voice_ends_its_utterances_quietly(wire: ElevenLabsWire, voice: ElevenLabsVoice) -> None:
    wire.mute = True
    utterance = await voice.utterance()
    await utterance.say("Hola.")
    listening = asyncio.ensure_future(pieces_of(utterance))
    await asyncio.sleep(0)
    await voice.aclose()
    assert await listening == []
    with pytest.raises(ProviderError):
        await voice.utterance()


async def test_unreadable_messages_are_skipped_until_there_are_too_many(
    wire: ElevenLabsWire, voice: ElevenLabsVoice
) -> None:
    utterance = await voice.utterance()
    await utterance.say("Uno.")
    audio = utterance.audio()
    await wire.tell("not json")
    assert (await anext(audio)).text == "Uno. "
    for _ in range(5):
        await wire.tell("not json")
    with pytest.raises(Unavailable):
        await anext(audio)


async def test_a_refused_handshake_is_translated_without_the_key(wire: ElevenLabsWire) -> None:
    wire.refusal = (429, {"detail": {"code": "rate_limit_exceeded"}})
    speech = synthesiser(wire)
    with pytest.raises(RateLimited) as caught:
        await speech.open(VoiceOptions())
    assert KEY not in repr(caught.value)
    await speech.aclose()


async def test_a_whole_text_is_spoken_over_http(wire: ElevenLabsWire) -> None:
    speech = synthesiser(wire)
    audio = await speech.synthesize("Buenos días.", VoiceOptions(voice="eva", language="es", speed=0.9))
    assert len(audio) == BYTES_PER_CHARACTER * 12
    assert wire.requests[0].match_info["voice"] == "eva"
    assert wire.requests[0].query["output_format"] == "ulaw_8000"
    assert wire.requests[0].headers["xi-api-key"] == KEY
    assert wire.bodies == [
        {
            "text": "Buenos días.",
            "model_id": "eleven_flash_v2_5",
            "language_code": "es",
            "voice_settings": {"speed": 0.9},
        }
    ]
    await speech.aclose()


async def test_an_http_refusal_is_translated(wire: ElevenLabsWire) -> None:
    wire.refusal = (404, {"detail": {"code": "voice_not_found", "message": "Juana"}})
    speech = synthesiser(wire)
    with pytest.raises(Misconfigured, match="voice_not_found") as caught:
        await speech.synthesize("Hola.", VoiceOptions())
    assert "Juana" not in str(caught.value)
    await speech.aclose()


async def test_a_whole_text_has_a_timeout(wire: ElevenLabsWire) -> None:
    speech = synthesiser(wire, synthesis=0.0)
    with pytest.raises(Timeout):
        await speech.synthesize("Hola.", VoiceOptions())
    await speech.aclose()


async def test_a_host_that_is_down_is_unavailable() -> None:
    speech = ElevenLabsTextToSpeech(api_key=KEY, voice="ana", spawn=spawn, base_url="http://127.0.0.1:1")
    with pytest.raises(Unavailable):
        await speech.synthesize("Hola.", VoiceOptions())
    with pytest.raises(Unavailable):
        await speech.open(VoiceOptions())
    await speech.aclose()
