"""What can go wrong in the middle of a call, at the providers whose other faults are tested beside them."""

import asyncio
import contextlib
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from simulator.faults import Fault
from simulator.world import World
from tests.simulator.ai.deepgram_client import SILENCE, TEXT, dialler, play, received, spoken


@pytest.fixture
def dial(providers: str, world: World) -> Callable[..., Any]:
    return dialler(providers, world)


@pytest.mark.parametrize("target", ["deepgram.stream", "deepgram.live"])
async def test_a_recognition_is_cut(dial: Callable[..., Any], world: World, target: str) -> None:
    world.faults.add(Fault(target=target, kind="cut", params={"after_s": 0}))
    async with dial() as socket:
        with contextlib.suppress(ConnectionClosed):
            await socket.send(SILENCE)
        await received(socket)
        assert socket.close_code == 1006


@pytest.mark.parametrize("target", ["deepgram.stream", "deepgram.live"])
async def test_a_recognition_stalls_and_still_answers_pings(
    dial: Callable[..., Any], world: World, target: str
) -> None:
    world.faults.add(Fault(target=target, kind="stall", params={"after_s": 0}))
    _, audio = spoken(world, TEXT)
    async with dial() as socket:
        await socket.send(SILENCE)
        async with asyncio.timeout(2):
            await (await socket.ping())
        await play(socket, audio + SILENCE * 5)
        async with asyncio.timeout(2):
            await (await socket.ping())
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await socket.recv()


async def test_a_fault_is_armed_in_the_middle_of_a_call_after_so_many_messages(
    dial: Callable[..., Any], world: World
) -> None:
    async with dial() as socket:
        await play(socket, SILENCE * 5)
        await socket.send('{"type":"Configure","keyterms":[]}')
        assert json.loads(await socket.recv())["type"] == "ConfigureSuccess"
        world.faults.add(Fault(target="deepgram.live", kind="garbage", after=2, params={"messages": 1}))
        for _ in range(2):
            await socket.send('{"type":"Configure","keyterms":[]}')
            assert json.loads(await socket.recv())["type"] == "ConfigureSuccess"
        await socket.send(SILENCE)
        with pytest.raises(json.JSONDecodeError):
            json.loads(await socket.recv())


async def test_what_lasts_can_begin_in_the_middle_of_a_call(
    dial: Callable[..., Any], world: World, until: Callable[..., Any]
) -> None:
    async with dial() as socket:
        world.faults.add(Fault(target="deepgram.live", kind="empty_finals"))
        await socket.send(SILENCE)
        await until(lambda: bool(world.faults.taken))
        _, audio = spoken(world, TEXT)
        await play(socket, audio + SILENCE * 5)
        await socket.send('{"type":"CloseStream"}')
        finals = [message for message in await received(socket) if message.get("is_final")]
    assert {message["channel"]["alternatives"][0]["transcript"] for message in finals} == {""}


async def test_a_fault_of_an_open_socket_ends_with_it(
    dial: Callable[..., Any], world: World, until: Callable[..., Any]
) -> None:
    world.faults.add(Fault(target="deepgram.live", kind="close_1011", params={"after_s": 60}))
    async with dial() as socket:
        await socket.send(SILENCE)
        await until(lambda: bool(world.faults.taken))
    assert world.faults.pending() == []


@pytest.mark.parametrize("kind", ["cut", "garbage", "stall"])
@pytest.mark.parametrize("target", ["elevenlabs.stream", "elevenlabs.live"])
async def test_a_voice_breaks(providers: str, world: World, target: str, kind: str) -> None:
    world.faults.add(Fault(target=target, kind=kind))
    url = f"ws://{providers}/elevenlabs/v1/text-to-speech/ana/multi-stream-input?output_format=ulaw_8000"
    key = {"xi-api-key": world.settings.keys.elevenlabs_api_key}
    got: list[str] = []
    async with connect(url, additional_headers=key, compression=None) as socket:
        await socket.send(json.dumps({"text": " ", "context_id": "c"}))
        await socket.send(json.dumps({"text": f"{TEXT} ", "context_id": "c", "flush": True}))
        with pytest.raises(ConnectionClosed if kind == "cut" else TimeoutError):  # noqa: PT012 - all that comes
            async with asyncio.timeout(0.5):
                while True:
                    got.append(str(await socket.recv()))
    assert ("<html>" in got) is (kind == "garbage")


async def test_a_reply_of_anthropics_can_be_unreadable(providers: str, world: World) -> None:
    world.faults.add(Fault(target="anthropic.stream", kind="garbage", params={"after_tokens": 1}))
    headers = {"x-api-key": world.settings.keys.anthropic_api_key, "anthropic-version": "2026-10-21"}
    body = {"model": "claude-x", "max_tokens": 9, "stream": True, "messages": [{"role": "user", "content": "Hola."}]}
    async with httpx.AsyncClient(headers=headers) as http:
        answer = await http.post(f"http://{providers}/anthropic/v1/messages", json=body)
    data = [line.removeprefix("data: ") for line in answer.text.splitlines() if line.startswith("data: ")]
    readable = 0
    for one in data:
        try:
            json.loads(one)
        except json.JSONDecodeError:
            continue
        readable += 1
    assert readable == len(data) - 1
