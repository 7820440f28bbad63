"""Handshake, control messages, closes and faults of the simulated recognition, over a real websocket."""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from simulator.ai.limits import AiLimits
from simulator.faults import Fault
from simulator.world import World
from tests.simulator.ai.deepgram_client import (
    QUERY,
    SILENCE,
    TEXT,
    dialler,
    heard,
    play,
    received,
    results,
    spoken,
    transcript,
)


@pytest.fixture
def limits() -> AiLimits:
    return AiLimits(deepgram_sockets=2, deepgram_idle_s=0.3)


@pytest.fixture
def dial(providers: str, world: World) -> Callable[..., Any]:
    return dialler(providers, world)


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
        for _ in range(8):
            await asyncio.sleep(0.1)
            with suppress(ConnectionClosed):
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
    world.faults.add(Fault(target="deepgram.stream", kind="garbage", params={"after_s": 0, "messages": 4}))
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
