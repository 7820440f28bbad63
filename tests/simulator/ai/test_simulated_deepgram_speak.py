"""The simulated Aura, through the adapter and over plain sockets."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from control_plane.adapters.tts.deepgram_aura import DeepgramSpeechTimings, DeepgramTextToSpeech
from control_plane.ports.errors import Misconfigured, ProviderError, RateLimited, Rejected, Timeout, Unavailable
from control_plane.ports.voice import SpokenPiece, Utterance, VoiceOptions
from simulator.audio.speech import speech
from simulator.faults import Fault
from simulator.world import World
from tests.wire.server import spawn

VOICE = "aura-2-celeste-es"
TEXT = "Buenos días, ¿en qué puedo ayudarle?"
QUERY = f"model={VOICE}&encoding=mulaw&sample_rate=8000&container=none"


@pytest.fixture
def dial(providers: str, world: World) -> Callable[..., Any]:
    @asynccontextmanager
    async def open_socket(query: str = QUERY) -> AsyncIterator[ClientConnection]:
        headers = {"Authorization": f"Token {world.settings.keys.deepgram_api_key}"}
        url = f"ws://{providers}/deepgram/v1/speak?{query}"
        async with connect(url, additional_headers=headers, compression=None) as socket:
            assert json.loads(await socket.recv())["type"] == "Metadata"
            yield socket

    return open_socket


@pytest.fixture
async def voices(providers: str, world: World) -> AsyncIterator[DeepgramTextToSpeech]:
    made = DeepgramTextToSpeech(
        api_key=world.settings.keys.deepgram_api_key,
        spawn=spawn,
        base_url=f"http://{providers}/deepgram",
        timings=DeepgramSpeechTimings(audio=0.3),
    )
    yield made
    await made.aclose()


def message(kind: str, **fields: Any) -> str:
    return json.dumps({"type": kind, **fields})


async def until_said(socket: ClientConnection, kind: str) -> bytes:
    audio = b""
    async with asyncio.timeout(3):
        while True:
            got = await socket.recv()
            if isinstance(got, bytes):
                audio += got
            elif json.loads(got)["type"] == kind:
                return audio


async def pieces_of(utterance: Utterance) -> list[SpokenPiece]:
    return [piece async for piece in utterance.audio()]


async def test_what_is_flushed_is_spoken_and_confirmed(dial: Callable[..., Any], world: World) -> None:
    async with dial() as socket:
        await socket.send(message("Speak", text=TEXT))
        await socket.send(message("Flush"))
        assert await until_said(socket, "Flushed") == speech(TEXT, voice=VOICE)
    assert world.tts_spoken.recent()[-1].text == TEXT


async def test_a_clear_takes_back_what_was_not_sent(dial: Callable[..., Any], slow: Callable[..., None]) -> None:
    slow(tts_first_byte_ms=5000)
    async with dial() as socket:
        await socket.send(message("Speak", text=TEXT))
        await socket.send(message("Flush"))
        await socket.send(message("Clear"))
        assert await until_said(socket, "Cleared") == b""
        slow(tts_first_byte_ms=0)
        await socket.send(message("Speak", text="Otra cosa."))
        await socket.send(message("Flush"))
        assert await until_said(socket, "Flushed") == speech("Otra cosa.", voice=VOICE)


async def test_a_close_speaks_the_rest(dial: Callable[..., Any]) -> None:
    async with dial() as socket:
        await socket.send(message("Speak", text="Adiós."))
        await socket.send(message("Close"))
        assert await until_said(socket, "Flushed") == speech("Adiós.", voice=VOICE)
        with pytest.raises(ConnectionClosed):
            await socket.recv()
        assert socket.close_code == 1000


async def test_the_twenty_first_flush_of_a_minute_is_only_warned_about(dial: Callable[..., Any]) -> None:
    async with dial() as socket:
        for _ in range(21):
            await socket.send(message("Flush"))
        assert await until_said(socket, "Warning") == b""


async def test_nonsense_closes_the_socket(dial: Callable[..., Any]) -> None:
    async with dial() as socket:
        await socket.send("what?")
        with pytest.raises(ConnectionClosed):
            await socket.recv()
        assert socket.close_code == 1003


@pytest.mark.parametrize(
    "query",
    [QUERY.replace(VOICE, "aura-2-missing-es"), QUERY.replace("mulaw", "mp3"), QUERY.replace("none", "wav")],
)
async def test_what_is_not_offered_is_refused(dial: Callable[..., Any], query: str) -> None:
    with pytest.raises(InvalidStatus) as caught:
        async with dial(query):
            raise AssertionError
    assert caught.value.response.status_code == 400


async def test_a_voice_answers_clause_by_clause(voices: DeepgramTextToSpeech) -> None:
    voice = await voices.open(VoiceOptions())
    utterance = await voice.utterance()
    await utterance.say("Buenos días. ")
    await utterance.say("¿Cómo está? ")
    await utterance.end()
    pieces = await pieces_of(utterance)
    assert "".join(piece.text for piece in pieces) == "Buenos días. ¿Cómo está? "
    expected = speech("Buenos días. ", voice=VOICE) + speech("¿Cómo está? ", voice=VOICE)
    assert b"".join(piece.audio for piece in pieces) == expected
    await voice.aclose()


async def test_a_whole_text_comes_over_http(voices: DeepgramTextToSpeech) -> None:
    assert await voices.synthesize(TEXT, VoiceOptions()) == speech(TEXT, voice=VOICE)
    with pytest.raises(Rejected):
        await voices.synthesize("a" * 2001, VoiceOptions())


@pytest.mark.parametrize(
    ("kind", "error"),
    [("http_401", Misconfigured), ("http_403", Misconfigured), ("http_429", RateLimited), ("http_503", Unavailable)],
)
async def test_it_refuses_on_demand(
    voices: DeepgramTextToSpeech, world: World, kind: str, error: type[ProviderError]
) -> None:
    world.faults.add(Fault(target="deepgram_speak.handshake", kind=kind, times=2))
    with pytest.raises(error):
        await voices.open(VoiceOptions())
    with pytest.raises(error):
        await voices.synthesize("Hola.", VoiceOptions())


@pytest.mark.parametrize(
    ("target", "kind", "error"),
    [
        ("deepgram_speak.stream", "cut", Unavailable),
        ("deepgram_speak.stream", "garbage", Unavailable),
        ("deepgram_speak.stream", "stall", Timeout),
        ("deepgram_speak.stream", "slow_first_byte", Timeout),
        ("deepgram_speak.live", "cut", Unavailable),
        ("deepgram_speak.live", "garbage", Unavailable),
        ("deepgram_speak.live", "stall", Timeout),
    ],
)
async def test_an_utterance_breaks_on_demand_and_the_next_one_is_whole(
    voices: DeepgramTextToSpeech, world: World, target: str, kind: str, error: type[ProviderError]
) -> None:
    voice = await voices.open(VoiceOptions())
    world.faults.add(Fault(target=target, kind=kind))
    utterance = await voice.utterance()
    with pytest.raises(error):  # noqa: PT012 - where it is told depends on when the socket is gone
        await utterance.say(TEXT)
        await utterance.end()
        await pieces_of(utterance)
    again = await voice.utterance()
    await again.say(TEXT)
    await again.end()
    assert b"".join(piece.audio for piece in await pieces_of(again)) == speech(f"{TEXT} ", voice=VOICE)
    await voice.aclose()
