"""The Aura adapter over a real socket."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import pytest

from control_plane.adapters.provider_socket import SocketTimings
from control_plane.adapters.tts.deepgram_aura import DeepgramSpeechTimings, DeepgramTextToSpeech
from control_plane.adapters.tts.deepgram_aura_link import RESERVE, FlushBudget
from control_plane.adapters.tts.deepgram_aura_voice import DeepgramUtterance, DeepgramVoice
from control_plane.adapters.tts.deepgram_aura_wire import FLUSHES
from control_plane.ports.errors import Misconfigured, ProviderError, RateLimited, Timeout, Unavailable
from control_plane.ports.voice import SpokenPiece, VoiceOptions
from tests.wire.deepgram_speak import BYTES_PER_CHARACTER, DeepgramSpeakWire, deepgram_speak_wire
from tests.wire.server import spawn, until

KEY = "dg-secret-key"


@pytest.fixture
async def wire() -> AsyncIterator[DeepgramSpeakWire]:
    async with deepgram_speak_wire() as wire:
        yield wire


@pytest.fixture
async def voice(wire: DeepgramSpeakWire) -> AsyncIterator[DeepgramVoice]:
    speech = synthesiser(wire)
    voice = await speech.open(VoiceOptions(speed=1.1))
    yield voice
    await voice.aclose()
    await speech.aclose()


def synthesiser(wire: DeepgramSpeakWire, *, audio: float = 5.0, synthesis: float = 5.0) -> DeepgramTextToSpeech:
    timings = DeepgramSpeechTimings(
        socket=SocketTimings(connect=2, ping_patience=None), audio=audio, synthesis=synthesis
    )
    return DeepgramTextToSpeech(api_key=KEY, spawn=spawn, base_url=wire.url, timings=timings)


async def pieces_of(utterance: DeepgramUtterance) -> list[SpokenPiece]:
    return [piece async for piece in utterance.audio()]


async def spoken(voice: DeepgramVoice, text: str) -> str:
    utterance = await voice.utterance()
    await utterance.say(text)
    await utterance.end()
    return "".join(piece.text for piece in await pieces_of(utterance)).strip()


async def test_the_handshake_carries_the_key_and_the_query(wire: DeepgramSpeakWire, voice: DeepgramVoice) -> None:
    request = wire.requests[0]
    assert request.headers["Authorization"] == f"Token {KEY}"
    assert request.query["model"] == "aura-2-celeste-es"
    assert request.query["speed"] == "1.1"


async def test_the_text_of_a_clause_comes_with_its_first_audio(wire: DeepgramSpeakWire, voice: DeepgramVoice) -> None:
    wire.mute = True
    utterance = await voice.utterance()
    await utterance.say("Buenos días.")
    await until(lambda: wire.sockets and wire.sockets[0].kinds == ["Speak", "Flush"])
    socket = wire.sockets[0]
    await socket.speak("Buenos")
    await socket.speak(" días.")
    audio = utterance.audio()
    first, second = await anext(audio), await anext(audio)
    assert (first.text, first.starts_ms, second.text) == ("Buenos días. ", (), "")
    assert len(first.audio) == 6 * BYTES_PER_CHARACTER
    await utterance.cancel()


async def test_clauses_said_while_a_flush_is_on_its_way_go_with_the_next(
    wire: DeepgramSpeakWire, voice: DeepgramVoice
) -> None:
    wire.mute = True
    utterance = await voice.utterance()
    for clause in ("Uno.", "Dos.", "Tres."):
        await utterance.say(clause)
    await utterance.end()
    await until(lambda: wire.sockets[0].kinds == ["Speak", "Flush", "Speak", "Speak"])
    wire.mute = False
    socket = wire.sockets[0]
    await socket.speak("Uno. ")
    socket.waiting = "Dos. Tres. "
    await socket.flushed()
    assert [piece.text for piece in await pieces_of(utterance)] == ["Uno. ", "Dos. Tres. "]
    assert socket.kinds.count("Flush") == 2


async def test_one_socket_serves_reply_after_reply(wire: DeepgramSpeakWire, voice: DeepgramVoice) -> None:
    for number in range(6):
        assert await spoken(voice, f"Número {number}.") == f"Número {number}."
    assert len(wire.sockets) == 1


async def test_a_socket_that_has_used_its_flushes_is_replaced(wire: DeepgramSpeakWire, voice: DeepgramVoice) -> None:
    for number in range(FLUSHES + 2):
        assert await spoken(voice, f"Número {number}.") == f"Número {number}."
    assert len(wire.sockets) == 2
    assert all(socket.kinds.count("Flush") <= FLUSHES for socket in wire.sockets)


async def test_with_few_flushes_left_clauses_wait_for_the_end_of_the_reply(
    wire: DeepgramSpeakWire, voice: DeepgramVoice
) -> None:
    for number in range(FLUSHES - RESERVE):
        await spoken(voice, f"Número {number}.")
    utterance = await voice.utterance()
    await utterance.say("Uno. ")
    await utterance.say("Dos. ")
    await until(lambda: wire.sockets[0].kinds[-2:] == ["Speak", "Speak"])
    await utterance.end()
    assert "".join(piece.text for piece in await pieces_of(utterance)) == "Uno. Dos. "


async def test_flushes_come_back_after_a_minute() -> None:
    budget = FlushBudget(flushes=3, window_s=-0.99)
    budget.take()
    assert budget.left == 2
    await until(lambda: budget.left == 3)
    budget.close()


async def test_a_refused_flush_is_a_rate_limit(wire: DeepgramSpeakWire, voice: DeepgramVoice) -> None:
    wire.mute = True
    utterance = await voice.utterance()
    await utterance.say("Uno.")
    await wire.sockets[0].tell({"type": "Warning", "code": "X", "description": "no more flush messages"})
    with pytest.raises(RateLimited):
        await pieces_of(utterance)


async def test_a_cancelled_reply_does_not_leak_into_the_next(wire: DeepgramSpeakWire, voice: DeepgramVoice) -> None:
    wire.mute, wire.clears = True, False
    cancelled = await voice.utterance()
    await cancelled.say("Esto no se oye.")
    await cancelled.cancel()
    utterance = await voice.utterance()
    await utterance.say("Esto sí.")
    await utterance.end()
    socket = wire.sockets[0]
    await until(lambda: socket.kinds == ["Speak", "Flush", "Clear", "Speak", "Flush"])
    await socket.speak("Esto no se oye.")
    await socket.flushed()
    await socket.tell({"type": "Cleared", "sequence_id": 0})
    await socket.speak("Esto sí.")
    await socket.flushed()
    pieces = await pieces_of(utterance)
    assert [(piece.text, len(piece.audio)) for piece in pieces] == [("Esto sí. ", 8 * BYTES_PER_CHARACTER)]


async def test_a_finished_reply_needs_no_clearing(wire: DeepgramSpeakWire, voice: DeepgramVoice) -> None:
    await spoken(voice, "Hola.")
    await spoken(voice, "Hola.")
    assert "Clear" not in wire.sockets[0].kinds


async def test_two_replies_at_once_have_two_sockets_of_which_one_stays(
    wire: DeepgramSpeakWire, voice: DeepgramVoice
) -> None:
    first, second = await voice.utterance(), await voice.utterance()
    for utterance in (first, second):
        await utterance.say("Hola.")
        await utterance.end()
    assert len(await pieces_of(first)) == len(await pieces_of(second)) == 1
    await until(lambda: wire.closed == 1)
    assert await spoken(voice, "Otra vez.") == "Otra vez."
    assert len(wire.sockets) == 2


async def test_leaving_the_audio_early_cancels(wire: DeepgramSpeakWire, voice: DeepgramVoice) -> None:
    utterance = await voice.utterance()
    await utterance.say("Hola.")
    audio = utterance.audio()
    await anext(audio)
    await audio.aclose()  # type: ignore[attr-defined]
    await until(lambda: "Clear" in wire.sockets[0].kinds)


async def test_a_socket_closed_while_idle_is_replaced_by_the_next_utterance(
    wire: DeepgramSpeakWire, voice: DeepgramVoice
) -> None:
    await wire.sockets[0].close(1011, "NET-0001")
    await until(lambda: wire.closed == 1)
    assert await spoken(voice, "Hola.") == "Hola."
    assert len(wire.sockets) == 2


async def test_a_reconnection_that_fails_is_told(wire: DeepgramSpeakWire, voice: DeepgramVoice) -> None:
    wire.sockets[0].cut()
    await until(lambda: wire.closed == 1)
    wire.refusal = (429, {"Retry-After": "3"})
    with pytest.raises(RateLimited) as caught:
        await voice.utterance()
    assert caught.value.retry_after == 3


async def test_audio_that_does_not_come_is_a_timeout_and_its_socket_is_not_used_again(wire: DeepgramSpeakWire) -> None:
    speech = synthesiser(wire, audio=0.05)
    voice = await speech.open(VoiceOptions())
    wire.mute = True
    with pytest.raises(Timeout):
        await spoken(voice, "Hola.")
    wire.mute = False
    assert await spoken(voice, "Hola.") == "Hola."
    assert len(wire.sockets) == 2
    await voice.aclose()
    await speech.aclose()


async def test_unreadable_messages_are_skipped_until_there_are_too_many(
    wire: DeepgramSpeakWire, voice: DeepgramVoice
) -> None:
    wire.mute = True
    utterance = await voice.utterance()
    await utterance.say("Hola.")
    for _ in range(5):
        await wire.sockets[0].tell("garbage")
    with pytest.raises(Unavailable):
        await pieces_of(utterance)


async def test_no_task_is_left_behind(wire: DeepgramSpeakWire) -> None:
    tasks: list[asyncio.Task[None]] = []

    def counted(coroutine: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        tasks.append(spawn(coroutine, name))
        return tasks[-1]

    speech = DeepgramTextToSpeech(api_key=KEY, spawn=counted, base_url=wire.url)
    voice = await speech.open(VoiceOptions())
    utterance = await voice.utterance()
    for clause in ("Hola.", "Adiós."):  # the second is flushed when the first has been
        await utterance.say(clause)
    await utterance.end()
    await pieces_of(utterance)
    assert [kind for kind in wire.sockets[0].kinds if kind == "Flush"] == ["Flush"] * 2
    await voice.aclose()
    await speech.aclose()
    assert all(task.done() for task in tasks)
    with pytest.raises(Unavailable):
        await voice.utterance()


@pytest.mark.parametrize(
    ("status", "kind"), [(401, Misconfigured), (402, Misconfigured), (403, Misconfigured), (503, Unavailable)]
)
async def test_a_refused_handshake_is_translated_without_the_key(
    wire: DeepgramSpeakWire, status: int, kind: type[ProviderError]
) -> None:
    wire.refusal = (status, {"dg-error": "NO_LUCK"})
    speech = synthesiser(wire)
    with pytest.raises(kind) as caught:
        await speech.open(VoiceOptions())
    assert caught.value.code == "NO_LUCK"
    assert KEY not in str(caught.value)
    with pytest.raises(kind):
        await speech.synthesize("Hola.", VoiceOptions())
    await speech.aclose()


async def test_a_whole_text_is_spoken_over_http(wire: DeepgramSpeakWire) -> None:
    speech = synthesiser(wire)
    audio = await speech.synthesize("Buenos días.", VoiceOptions(voice="nestor"))
    assert len(audio) == 12 * BYTES_PER_CHARACTER
    request = wire.requests[0]
    assert wire.bodies == [{"text": "Buenos días."}]
    assert (request.query["model"], request.query["container"]) == ("aura-2-nestor-es", "none")
    assert request.headers["Authorization"] == f"Token {KEY}"
    await speech.aclose()


async def test_a_host_that_is_down_is_unavailable() -> None:
    speech = DeepgramTextToSpeech(api_key=KEY, spawn=spawn, base_url="http://127.0.0.1:9")
    with pytest.raises(Unavailable):
        await speech.open(VoiceOptions())
    with pytest.raises(Unavailable):
        await speech.synthesize("Hola.", VoiceOptions())
    await speech.aclose()
