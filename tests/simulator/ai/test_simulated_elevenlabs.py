"""The simulated voices, over real websockets and HTTP."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from simulator.audio.g711 import from_pcm16
from simulator.audio.speech import speech
from simulator.faults import Fault
from simulator.world import World

VOICE = "v1"
OPEN = {"text": " ", "context_id": "c1", "voice_settings": {"stability": 0.5}}
TEXT = "Con mucho gusto, le digo los horarios. "


@pytest.fixture
def dial(providers: str, world: World) -> Callable[..., Any]:
    @asynccontextmanager
    async def open_socket(
        path: str = "multi-stream-input", query: str = "", *, with_key: bool = True
    ) -> AsyncIterator[ClientConnection]:
        headers = {"xi-api-key": world.settings.keys.elevenlabs_api_key} if with_key else {}
        wanted = query or "output_format=ulaw_8000&model_id=eleven_flash_v2_5"
        url = f"ws://{providers}/elevenlabs/v1/text-to-speech/{VOICE}/{path}?{wanted}"
        async with connect(url, additional_headers=headers, compression=None) as socket:
            yield socket

    return open_socket


async def send(socket: ClientConnection, *messages: dict[str, Any]) -> None:
    for message in messages:
        await socket.send(json.dumps(message))


async def received(socket: ClientConnection, *, until_final: bool = False) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    async with asyncio.timeout(3):
        try:
            while not (until_final and found and found[-1].get("isFinal")):
                found.append(json.loads(await socket.recv()))
        except ConnectionClosed:
            pass
    return found


def audio_of(messages: list[dict[str, Any]]) -> bytes:
    return b"".join(base64.b64decode(message["audio"]) for message in messages if message.get("audio"))


async def test_a_context_speaks_when_it_is_closed(dial: Callable[..., Any], world: World) -> None:
    async with dial() as socket:
        await send(socket, OPEN, {"text": TEXT, "context_id": "c1"}, {"context_id": "c1", "close_context": True})
        messages = await received(socket, until_final=True)
    assert audio_of(messages) == speech(TEXT, voice=VOICE)
    assert {message["contextId"] for message in messages} == {"c1"}
    assert messages[-1] == {"audio": None, "isFinal": True, "contextId": "c1"}
    assert len(messages) > 3
    spoken = world.tts_spoken.recent()[-1]
    assert (spoken.text, bytes(spoken.audio)) == (TEXT, audio_of(messages))


async def test_alignment_begins_at_zero_in_every_piece(dial: Callable[..., Any]) -> None:
    async with dial() as socket:
        await send(socket, OPEN, {"text": TEXT, "context_id": "c1"}, {"context_id": "c1", "close_context": True})
        messages = (await received(socket, until_final=True))[:-1]
    alignments = [message["alignment"] for message in messages]
    assert "".join("".join(alignment["chars"]) for alignment in alignments) == TEXT
    for message, alignment in zip(messages, alignments, strict=True):
        starts = alignment["charStartTimesMs"]
        assert starts == sorted(starts)
        assert 0 <= starts[0] < 100
        assert starts[-1] <= len(base64.b64decode(message["audio"])) / 8
        assert len(starts) == len(alignment["charDurationsMs"]) == len(alignment["chars"])


async def test_text_is_buffered_until_the_schedule_or_a_flush(dial: Callable[..., Any]) -> None:
    async with dial() as socket:
        await send(socket, OPEN, {"text": "Hola. ", "contextId": "c1"})
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await socket.recv()
        await send(socket, {"context_id": "c1", "flush": True})
        first = json.loads(await socket.recv())
        assert "".join(first["alignment"]["chars"]).startswith("Ho")
        await send(socket, {"text": "palabra " * 25, "context_id": "c1"})
        assert json.loads(await socket.recv())["audio"]


async def test_auto_mode_does_not_wait(dial: Callable[..., Any]) -> None:
    async with dial(query="output_format=ulaw_8000&auto_mode=true") as socket:
        await send(socket, OPEN, {"text": "Hola. ", "context_id": "c1"})
        assert json.loads(await socket.recv())["audio"]


async def test_a_flush_brings_no_final(dial: Callable[..., Any]) -> None:
    async with dial() as socket:
        await send(socket, OPEN, {"text": "Sí. ", "context_id": "c1", "flush": True})
        await asyncio.sleep(0.1)
        await send(socket, {"close_socket": True})
        finals = [message["isFinal"] for message in await received(socket)]
    assert finals == [False] * (len(finals) - 1) + [True]


async def test_two_contexts_speak_at_once_and_are_told_apart(dial: Callable[..., Any]) -> None:
    async with dial() as socket:
        for name in ("a", "b"):
            await send(socket, {"text": " ", "context_id": name}, {"text": f"Soy {name}. ", "context_id": name})
        await send(socket, {"close_socket": True})
        messages = await received(socket)
        assert socket.close_code == 1000
    for name in ("a", "b"):
        mine = [message for message in messages if message["contextId"] == name]
        assert audio_of(mine) == speech(f"Soy {name}. ", voice=VOICE)
        assert mine[-1]["isFinal"] is True


async def test_a_sixth_context_closes_the_socket(dial: Callable[..., Any]) -> None:
    async with dial() as socket:
        await send(socket, *({"text": " ", "context_id": f"c{n}"} for n in range(5)))
        await send(socket, {"context_id": "c5", "flush": True})
        messages = await received(socket)
        assert messages[-1]["error"] == "max_active_conversations"
        assert messages[-1]["code"] == socket.close_code == 1008


async def test_a_closed_context_makes_room(dial: Callable[..., Any]) -> None:
    async with dial() as socket:
        for n in range(7):
            await send(socket, {"text": " ", "context_id": f"c{n}"}, {"context_id": f"c{n}", "close_context": True})
            await received(socket, until_final=True)
        await send(socket, {"close_socket": True})
        await received(socket)
        assert socket.close_code == 1000


@pytest.mark.parametrize(
    "messages",
    [
        [{"text": "Hola. ", "context_id": "c1"}],
        [OPEN, {"text": "Hola. ", "context_id": "c1", "voice_settings": {"stability": 1}}],
        [{**OPEN, "generation_config": {"chunk_length_schedule": [10]}}],
        [{"text": 7, "context_id": "c1"}],
    ],
)
async def test_rules_of_the_first_message(dial: Callable[..., Any], messages: list[dict[str, Any]]) -> None:
    async with dial() as socket:
        await send(socket, *messages)
        answer = await received(socket)
        assert answer[-1]["code"] == socket.close_code == 1008


async def test_nonsense_closes_the_socket(dial: Callable[..., Any]) -> None:
    async with dial() as socket:
        await socket.send("[1")
        assert (await received(socket))[-1]["error"] == "malformed_json"


async def test_silence_of_the_client_closes_the_socket(dial: Callable[..., Any]) -> None:
    async with dial(query="output_format=ulaw_8000&inactivity_timeout=1") as socket:
        await send(socket, OPEN)
        await asyncio.sleep(0.6)
        await send(socket, {"text": "", "context_id": "c1"})
        await asyncio.sleep(0.6)
        messages = await received(socket)
        assert messages[-1]["message"].startswith("Have not received a new text input within the timeout of 1 seconds")
        assert socket.close_code == 1008


async def test_the_key_may_come_in_the_first_message(dial: Callable[..., Any], world: World) -> None:
    async with dial(with_key=False) as socket:
        await send(socket, {**OPEN, "xi_api_key": world.settings.keys.elevenlabs_api_key}, {"close_socket": True})
        await received(socket)
        assert socket.close_code == 1000
    async with dial(with_key=False) as socket:
        await send(socket, OPEN)
        assert (await received(socket))[-1]["error"] == "missing_api_key"


async def test_one_utterance_a_socket(dial: Callable[..., Any]) -> None:
    async with dial("stream-input") as socket:
        await send(socket, {"text": " "}, {"text": TEXT}, {"text": " "}, {"text": ""})
        messages = await received(socket)
        assert socket.close_code == 1000
    assert messages[-1] == {"audio": None, "isFinal": True}
    assert audio_of(messages) == speech(TEXT + " ", voice=VOICE)


async def test_other_formats_are_the_same_sound(dial: Callable[..., Any]) -> None:
    async with dial("stream-input", "output_format=pcm_8000") as socket:
        await send(socket, {"text": " "}, {"text": TEXT}, {"text": ""})
        narrow = audio_of(await received(socket))
    assert from_pcm16(narrow) == from_pcm16(b"".join(narrow[at : at + 2] for at in range(0, len(narrow), 2)))
    async with dial("stream-input", "output_format=pcm_16000") as socket:
        await send(socket, {"text": " "}, {"text": TEXT}, {"text": ""})
        assert len(audio_of(await received(socket))) == 2 * len(narrow)


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("output_format=mp3_44100_128", 400, "invalid_output_format"),
        ("model_id=eleven_flash_v2_5", 400, "invalid_output_format"),
        ("output_format=ulaw_8000&model_id=eleven_v3", 400, "unsupported_model"),
        ("output_format=ulaw_8000&model_id=other", 404, "model_not_found"),
        ("output_format=ulaw_8000&inactivity_timeout=300", 400, "invalid_parameters"),
    ],
)
async def test_what_is_not_offered_is_refused(dial: Callable[..., Any], query: str, status: int, code: str) -> None:
    with pytest.raises(InvalidStatus) as caught:
        async with dial(query=query):
            pass
    assert caught.value.response.status_code == status
    assert json.loads(caught.value.response.body)["detail"]["code"] == code


async def test_a_full_service_refuses_the_handshake(dial: Callable[..., Any], world: World) -> None:
    world.faults.add(Fault(target="elevenlabs.handshake", kind="http_429"))
    with pytest.raises(InvalidStatus) as caught:
        async with dial():
            pass
    assert caught.value.response.status_code == 429
    assert "retry-after" not in caught.value.response.headers


async def test_a_voice_can_be_cut_in_mid_utterance(dial: Callable[..., Any], world: World) -> None:
    world.faults.add(Fault(target="elevenlabs.stream", kind="cut", params={"after_s": 1.0}))
    async with dial() as socket:
        await send(socket, OPEN, {"text": TEXT, "context_id": "c1", "flush": True})
        messages = await received(socket)
        assert socket.close_code == 1006
    heard = audio_of(messages)
    assert len(heard) < len(speech(TEXT, voice=VOICE))
    assert bytes(world.tts_spoken.recent()[-1].audio).startswith(heard)


async def test_a_stall_interrupts_the_audio(dial: Callable[..., Any], world: World) -> None:
    world.faults.add(Fault(target="elevenlabs.stream", kind="stall", params={"after_s": 0.5, "seconds": 0.2}))
    async with dial() as socket:
        await send(socket, OPEN, {"text": TEXT, "context_id": "c1"}, {"context_id": "c1", "close_context": True})
        began = world.now()
        messages = await received(socket, until_final=True)
    assert world.now() - began > 0.2
    assert audio_of(messages) == speech(TEXT, voice=VOICE)


async def test_audio_may_come_after_the_final_of_its_context(dial: Callable[..., Any], world: World) -> None:
    world.faults.add(Fault(target="elevenlabs.stream", kind="stale_audio"))
    async with dial() as socket:
        await send(socket, OPEN, {"text": TEXT, "context_id": "c1"}, {"context_id": "c1", "close_context": True})
        await received(socket, until_final=True)
        stale = json.loads(await socket.recv())
    assert stale["contextId"] == "c1"
    assert stale["audio"]


async def test_the_first_byte_may_be_slow(dial: Callable[..., Any], world: World, slow: Callable[..., None]) -> None:
    slow(tts_first_byte_ms=50)
    world.faults.add(Fault(target="elevenlabs.stream", kind="slow_first_byte", params={"delay_s": 0.1}))
    async with dial() as socket:
        await send(socket, OPEN, {"text": TEXT, "context_id": "c1", "flush": True})
        began = world.now()
        await socket.recv()
    assert 0.14 <= world.now() - began < 1


async def request(providers: str, world: World, path: str, body: dict[str, Any], **headers: str) -> httpx.Response:
    key = {"xi-api-key": world.settings.keys.elevenlabs_api_key}
    url = f"http://{providers}/elevenlabs/v1/text-to-speech/{VOICE}{path}?output_format=ulaw_8000"
    async with httpx.AsyncClient() as client:
        return await client.post(url, json=body, headers={**key, **headers}, timeout=5)


@pytest.mark.parametrize("path", ["", "/stream"])
async def test_http_answers_with_raw_audio(providers: str, world: World, path: str) -> None:
    answer = await request(providers, world, path, {"text": TEXT, "model_id": "eleven_flash_v2_5"})
    assert answer.content == speech(TEXT, voice=VOICE)
    assert answer.headers["character-cost"] == str(len(TEXT))
    assert world.tts_spoken.recent()[-1].audio == answer.content


async def test_http_refuses_with_the_documented_body(providers: str, world: World) -> None:
    assert (await request(providers, world, "", {"text": " "})).json()["detail"]["code"] == "empty_text"
    assert (await request(providers, world, "", {})).json()["detail"]["code"] == "missing_required_field"
    wrong = await request(providers, world, "", {"text": TEXT}, **{"xi-api-key": "wrong"})
    assert (wrong.status_code, wrong.json()["detail"]["type"]) == (401, "authentication_error")
    missing = await request(providers, world, "", {"text": TEXT}, **{"xi-api-key": ""})
    assert missing.json()["detail"]["code"] == "missing_api_key"
