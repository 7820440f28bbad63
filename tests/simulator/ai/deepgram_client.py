"""A client of the simulated recognition."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from simulator.audio.speech import speech
from simulator.spoken import Spoken
from simulator.world import World

QUERY = (
    "model=nova-3&language=es&encoding=mulaw&sample_rate=8000&channels=1&interim_results=true&endpointing=300"
    "&utterance_end_ms=1000&vad_events=true&punctuate=true&no_delay=true"
)
TEXT = "Hola, quiero una cita para mi perro."
SILENCE = b"\xff" * 800


def dialler(providers: str, world: World) -> Callable[..., Any]:
    """Opens a socket with a query and a scheme of authorization, as an async context manager."""

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
