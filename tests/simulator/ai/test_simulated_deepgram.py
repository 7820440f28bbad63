"""The simulated recognition, over a real websocket."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from simulator.ai.limits import AiLimits
from simulator.audio.g711 import ALAW_TO_ULAW, ULAW_TO_ALAW
from simulator.audio.speech import cough, speech
from simulator.faults import Fault
from simulator.spoken import Spoken
from simulator.world import World

QUERY = (
    "model=nova-3&language=es&encoding=mulaw&sample_rate=8000&channels=1&interim_results=true&endpointing=300"
    "&utterance_end_ms=1000&vad_events=true&punctuate=true&no_delay=true"
)
TEXT = "Hola, quiero una cita para mi perro."
SILENCE = b"\xff" * 800


@pytest.fixture
def limits() -> AiLimits:
    return AiLimits(deepgram_sockets=2, deepgram_idle_s=0.3)


@pytest.fixture
def dial(providers: str, world: World) -> Callable[..., Any]:
    @asynccontextmanager
    async def open_socket(query: str = QUERY, scheme: str = "Token") -> AsyncIterator[ClientConnection]:
        headers = {"Authorization": f"{scheme} {world.settings.keys.deepgram_api_key}"}
        url = f"ws://{providers}/deepgram/v1/listen?{query}"
        async with connect(url, additional_headers=headers, compression=None) as socket:
            yield socket

    return open_socket


def spoken(world: World, text: str, *, call: str = "call-1") -> tuple[Spoken, bytes]:
    audio = speech(text)
    stretch = world.spoken.begin(text, speaker="caller", call=call)
    stretch.append(audio)
    return stretch, audio


async def play(socket: ClientConnection, audio: bytes, *, size: int = 800) -> None:
    for start in range(0, len(audio), size):
        await socket.send(audio[start : start + size])


async def received(socket: ClientConnection) -> list[dict[str, Any]]:
    """Everything until the socket closes."""
    found = []
    async with asyncio.timeout(3):
        try:
            while True:
                found.append(json.loads(await socket.recv()))
        except ConnectionClosed:
            return found


async def heard(socket: ClientConnection) -> list[dict[str, Any]]:
    await socket.send('{"type":"CloseStream"}')
    return await received(socket)


def results(messages: list[dict[str, Any]], *, final: bool) -> list[dict[str, Any]]:
    return [message for message in messages if message["type"] == "Results" and message["is_final"] is final]


def transcript(message: dict[str, Any]) -> str:
    text = message["channel"]["alternatives"][0]["transcript"]
    assert isinstance(text, str)
    return text


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
    world.stages.caller_spoke("call-7", TEXT, world.now())
    async with dial() as socket:
        await play(socket, audio + SILENCE * 5)
        await heard(socket)
    stages = world.stages.for_call("call-7")[0]["stages"]
    assert stages["ear_ms"] is not None
    assert stages["stt_ms"] is not None


@pytest.mark.parametrize(
    "query",
    [
        "model=nova-9",
        "model=nova-3&encoding=mulaw",
        "model=nova-3&encoding=morse&sample_rate=8000",
        "model=nova-2&encoding=mulaw&sample_rate=8000&keyterm=Toby",
        "model=nova-3&encoding=mulaw&sample_rate=8000&keywords=Toby:2",
        "model=nova-3&encoding=mulaw&sample_rate=8000&punctuate=True",
        "model=nova-3&encoding=mulaw&sample_rate=8000&utterance_end_ms=1000",
        "model=nova-3&encoding=mulaw&sample_rate=8000&endpointing=soon",
        "model=nova-2-phonecall&language=es&encoding=mulaw&sample_rate=8000",
    ],
)
async def test_bad_queries_are_refused_with_the_reason(dial: Callable[..., Any], query: str) -> None:
    with pytest.raises(InvalidStatus) as caught:
        async with dial(query):
            pass
    response = caught.value.response
    assert response.status_code == 400
    assert response.headers["dg-error"] == json.loads(response.body)["message"]


async def test_a_wrong_key_is_refused(dial: Callable[..., Any]) -> None:
    with pytest.raises(InvalidStatus) as caught:
        async with dial(scheme="Basic"):
            pass
    assert caught.value.response.status_code == 401
    async with dial(scheme="Bearer") as socket:
        await heard(socket)


@pytest.mark.parametrize("status", [401, 402, 429, 503])
async def test_the_handshake_fails_on_demand(dial: Callable[..., Any], world: World, status: int) -> None:
    world.faults.add(Fault(target="deepgram.handshake", kind=f"http_{status}"))
    with pytest.raises(InvalidStatus) as caught:
        async with dial():
            pass
    assert caught.value.response.status_code == status
    assert "dg-error" in caught.value.response.headers


async def test_one_socket_too_many_is_refused(dial: Callable[..., Any]) -> None:
    async with dial(), dial():
        with pytest.raises(InvalidStatus) as caught:
            async with dial():
                pass
    assert caught.value.response.status_code == 429


async def test_ten_silent_seconds_close_the_socket(dial: Callable[..., Any]) -> None:
    async with dial() as socket:
        await socket.send(SILENCE)
        messages = await received(socket)
        assert messages[-1]["type"] == "Metadata"
        assert socket.close_code == 1011
        assert "NET-0001" in (socket.close_reason or "")


async def test_keepalive_keeps_a_socket_that_had_audio(dial: Callable[..., Any]) -> None:
    async with dial() as socket:
        await socket.send(SILENCE)
        for _ in range(4):
            await asyncio.sleep(0.15)
            await socket.send('{"type":"KeepAlive"}')
        assert await heard(socket)
        assert socket.close_code == 1000


async def test_keepalive_alone_does_not_keep_a_socket(dial: Callable[..., Any]) -> None:
    async with dial() as socket:
        with pytest.raises(ConnectionClosed):
            for _ in range(8):
                await asyncio.sleep(0.1)
                await socket.send('{"type":"KeepAlive"}')
        assert socket.close_code == 1011


async def test_an_empty_frame_closes_the_stream(dial: Callable[..., Any]) -> None:
    async with dial() as socket:
        await socket.send(SILENCE)
        await socket.send(b"")
        await received(socket)
        assert socket.close_code == 1000


async def test_a_container_where_raw_audio_is_announced_is_no_audio(dial: Callable[..., Any]) -> None:
    async with dial() as socket:
        await socket.send(b"RIFF" + bytes(100))
        await received(socket)
        assert socket.close_code == 1008
        assert "DATA-0000" in (socket.close_reason or "")


async def test_a_stream_breaks_on_demand(dial: Callable[..., Any], world: World) -> None:
    world.faults.add(Fault(target="deepgram.stream", kind="close_1011", params={"after_s": 0.05}))
    async with dial() as socket:
        await received(socket)
        assert socket.close_code == 1011


async def test_a_half_open_stream_says_nothing_not_even_pong(dial: Callable[..., Any], world: World) -> None:
    world.faults.add(Fault(target="deepgram.stream", kind="half_open", params={"after_s": 0}))
    _, audio = spoken(world, TEXT)
    async with dial() as socket:
        await asyncio.sleep(0.05)
        await play(socket, audio + SILENCE * 5)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await (await socket.ping())
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await socket.recv()


async def test_finals_come_empty_and_starts_come_twice_on_demand(dial: Callable[..., Any], world: World) -> None:
    world.faults.add(Fault(target="deepgram.stream", kind="empty_finals"))
    world.faults.add(Fault(target="deepgram.stream", kind="duplicate_speech_started"))
    _, audio = spoken(world, TEXT)
    async with dial() as socket:
        await play(socket, audio + SILENCE * 5)
        messages = await heard(socket)
    assert {transcript(message) for message in results(messages, final=True)} == {""}
    assert [message["type"] for message in messages].count("SpeechStarted") == 2


async def test_results_come_late_on_demand(dial: Callable[..., Any], world: World) -> None:
    world.faults.add(Fault(target="deepgram.stream", kind="late", params={"delay_s": 0.15}))
    _, audio = spoken(world, TEXT)
    async with dial() as socket:
        began = world.now()
        await play(socket, audio)
        assert json.loads(await socket.recv())["type"] == "SpeechStarted"
        assert json.loads(await socket.recv())["type"] == "Results"
        assert world.now() - began >= 0.15


async def test_garbage_comes_on_demand_and_is_asked_about(dial: Callable[..., Any], world: World) -> None:
    world.faults.add(Fault(target="deepgram.stream", kind="garbage", params={"after_s": 0}))
    async with dial() as socket:
        with pytest.raises(ValueError):
            json.loads(await socket.recv())
        await socket.send("what?")
        texts = [await socket.recv() for _ in range(4)]
    assert json.loads(texts[-1])["type"] == "Error"


async def test_keyterms_are_replaced_while_streaming(dial: Callable[..., Any]) -> None:
    async with dial() as socket:
        await socket.send('{"type":"Configure","keyterms":["Toby"]}')
        assert json.loads(await socket.recv())["keyterms"] == ["Toby"]
    async with dial(QUERY.replace("nova-3", "nova-2")) as socket:
        await socket.send('{"type":"Configure","keyterms":["Toby"]}')
        assert json.loads(await socket.recv())["code"] == "CONFIGURE_KEYTERMS_NOT_SUPPORTED"
