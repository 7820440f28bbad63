"""The simulated Flux, through the adapter and over plain sockets."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from control_plane.adapters.stt.deepgram_flux import FluxSpeechToText
from control_plane.core.turn.events import EagerEnd, FinalHeard, InterimHeard
from control_plane.ports.errors import Misconfigured, ProviderError, RateLimited, Unavailable
from control_plane.ports.hearing import Heard, HearingOptions
from simulator.ai.limits import AiLimits
from simulator.faults import Fault
from simulator.world import World
from tests.ears import heard_by
from tests.simulator.ai.deepgram_client import SILENCE, TEXT, play, received, spoken
from tests.wire.server import spawn

QUERY = "model=flux-general-multi&encoding=mulaw&sample_rate=8000&eot_threshold=0.7&eager_eot_threshold=0.5"
CHUNK = 640
PART = "Quiero una cita para"
REST = "el martes a las diez."


@pytest.fixture
def dial(providers: str, world: World) -> Callable[..., Any]:
    @asynccontextmanager
    async def open_socket(query: str = QUERY) -> AsyncIterator[ClientConnection]:
        headers = {"Authorization": f"Token {world.settings.keys.deepgram_api_key}"}
        url = f"ws://{providers}/deepgram/v2/listen?{query}"
        async with connect(url, additional_headers=headers, compression=None) as socket:
            assert json.loads(await socket.recv())["type"] == "Connected"
            yield socket

    return open_socket


async def told(socket: ClientConnection, *pieces: bytes) -> list[dict[str, Any]]:
    """All messages about turns for this audio."""
    for piece in pieces:
        await play(socket, piece, size=CHUNK)
    await socket.send('{"type":"CloseStream"}')
    return [message for message in await received(socket) if message["type"] == "TurnInfo"]


def events(messages: list[dict[str, Any]]) -> list[str]:
    """In order, without the updates."""
    return [message["event"] for message in messages if message["event"] != "Update"]


def ends(messages: list[dict[str, Any]]) -> list[str]:
    return [message["transcript"] for message in messages if message["event"] == "EndOfTurn"]


async def test_a_turn_begins_may_end_and_ends(dial: Callable[..., Any], world: World) -> None:
    _, audio = spoken(world, TEXT)
    async with dial() as socket:
        messages = await told(socket, SILENCE * 5, audio, SILENCE * 10)
    assert events(messages) == ["StartOfTurn", "EagerEndOfTurn", "EndOfTurn"]
    assert ends(messages) == [TEXT]
    eager = next(message for message in messages if message["event"] == "EagerEndOfTurn")
    end = next(message for message in messages if message["event"] == "EndOfTurn")
    assert (eager["transcript"], end["trigger"]) == (TEXT, "model")
    assert end["end_of_turn_confidence"] >= 0.7
    assert [message["sequence_id"] for message in messages] == list(range(1, len(messages) + 1))


async def test_updates_come_four_times_a_second_even_in_silence(dial: Callable[..., Any]) -> None:
    async with dial() as socket:
        messages = await told(socket, b"\xff" * 16_000)
    assert [message["event"] for message in messages] == ["Update"] * 9  # the last for the rest of the stream
    assert {message["transcript"] for message in messages} == {""}
    assert [message["audio_window_end"] for message in messages[:4]] == [0.26, 0.5, 0.76, 1.0]


async def test_each_turn_has_its_number_and_its_own_words(dial: Callable[..., Any], world: World) -> None:
    _, one = spoken(world, TEXT)
    _, other = spoken(world, REST)
    async with dial() as socket:
        messages = await told(socket, one, SILENCE * 10, other, SILENCE * 10)
    finals = [message for message in messages if message["event"] == "EndOfTurn"]
    assert [(final["turn_index"], final["transcript"]) for final in finals] == [(0, TEXT), (1, REST)]


async def test_a_pause_in_a_sentence_does_not_end_the_turn(dial: Callable[..., Any], world: World) -> None:
    _, one = spoken(world, PART)
    _, other = spoken(world, REST)
    async with dial() as socket:
        messages = await told(socket, one, SILENCE * 8, other, SILENCE * 10)
    assert ends(messages) == [f"{PART} {REST}"]


async def test_who_speaks_on_after_an_eager_end_resumes_the_turn(dial: Callable[..., Any], world: World) -> None:
    _, one = spoken(world, PART)
    _, other = spoken(world, REST)
    async with dial() as socket:
        messages = await told(socket, one, SILENCE * 12, other, SILENCE * 10)
    assert events(messages) == ["StartOfTurn", "EagerEndOfTurn", "TurnResumed", "EagerEndOfTurn", "EndOfTurn"]
    assert ends(messages) == [f"{PART} {REST}"]


async def test_without_a_threshold_there_is_no_eager_end(dial: Callable[..., Any], world: World) -> None:
    _, audio = spoken(world, TEXT)
    async with dial(QUERY.replace("&eager_eot_threshold=0.5", "")) as socket:
        messages = await told(socket, audio, SILENCE * 10)
    assert events(messages) == ["StartOfTurn", "EndOfTurn"]


async def test_where_no_audio_comes_no_turn_ends(dial: Callable[..., Any], world: World) -> None:
    _, audio = spoken(world, TEXT)
    async with dial() as socket:
        messages = await told(socket, audio)
        assert socket.close_code == 1006
    assert ends(messages) == []
    assert messages[-1]["transcript"] == TEXT


async def test_a_turn_ends_when_it_has_been_silent_for_long(dial: Callable[..., Any], world: World) -> None:
    _, audio = spoken(world, PART)
    async with dial(f"{QUERY.replace('0.7', '1.0')}&eot_timeout_ms=500") as socket:
        messages = await told(socket, audio, SILENCE * 10)
    assert [message["trigger"] for message in messages if message["event"] == "EndOfTurn"] == ["timeout"]


async def test_a_turn_ends_when_it_is_told_to(dial: Callable[..., Any], world: World) -> None:
    _, audio = spoken(world, PART)
    async with dial() as socket:
        await socket.send('{"type":"ForceEndTurn"}')
        assert json.loads(await socket.recv())["code"] == "FORCE_END_TURN_NO_ACTIVE_TURN"
        await play(socket, audio + SILENCE * 4, size=CHUNK)
        await socket.send('{"type":"ForceEndTurn"}')
        messages = await told(socket)
    assert ends(messages) == [PART]
    assert next(message for message in messages if message["event"] == "EndOfTurn")["trigger"] == "manual"


async def test_thresholds_and_terms_can_be_changed(dial: Callable[..., Any]) -> None:
    async with dial() as socket:
        change = {"thresholds": {"eot_threshold": 0.9}, "keyterms": ["Rex"]}
        await socket.send(json.dumps({"type": "Configure", **change}))
        answer = json.loads(await socket.recv())
        assert (answer["type"], answer["keyterms"]) == ("ConfigureSuccess", ["Rex"])
        assert answer["thresholds"]["eot_threshold"] == 0.9
        await socket.send(json.dumps({"type": "Configure", "thresholds": {"eot_threshold": 0.1}}))
        assert json.loads(await socket.recv())["type"] == "ConfigureFailure"


async def test_nonsense_is_fatal(dial: Callable[..., Any]) -> None:
    async with dial() as socket:
        await socket.send("what?")
        assert [message["type"] for message in await received(socket)] == ["Error"]


@pytest.mark.parametrize(
    "query",
    [
        QUERY.replace("flux-general-multi", "nova-3"),
        QUERY.replace("mulaw", "opus"),
        QUERY.replace("0.7", "0.2"),
        QUERY.replace("0.7", "0.5").replace("eager_eot_threshold=0.5", "eager_eot_threshold=0.8"),
        QUERY.replace("multi", "en") + "&language_hint=es",
        f"{QUERY}&interim_results=true",
        f"{QUERY}&eot_timeout_ms=100",
        QUERY + "&keyterm=x" * 101,
    ],
)
async def test_bad_queries_are_refused(dial: Callable[..., Any], query: str) -> None:
    with pytest.raises(InvalidStatus) as caught:
        async with dial(query):
            raise AssertionError
    assert caught.value.response.status_code == 400


class TestAQuietClient:
    @pytest.fixture
    def limits(self) -> AiLimits:
        return AiLimits(deepgram_flux_idle_s=0.1)

    async def test_is_dropped_without_a_close_status(self, dial: Callable[..., Any]) -> None:
        async with dial() as socket:
            with pytest.raises(ConnectionClosed):
                await socket.recv()
            assert socket.close_code == 1006


@pytest.fixture
def recogniser(providers: str, world: World) -> FluxSpeechToText:
    key = world.settings.keys.deepgram_api_key
    return FluxSpeechToText(api_key=key, spawn=spawn, base_url=f"http://{providers}/deepgram")


async def test_the_adapter_hears_a_turn(recogniser: FluxSpeechToText, world: World) -> None:
    _, audio = spoken(world, TEXT)
    ear = await recogniser.open(HearingOptions())
    for start in range(0, len(audio), CHUNK):
        await ear.send(audio[start : start + CHUNK])
    await ear.send(SILENCE * 5)
    heard: list[Heard] = []
    async with asyncio.timeout(3):
        async for event in heard_by(ear):
            heard.append(event)
            if isinstance(event, FinalHeard):
                break
    assert heard[-2:] == [EagerEnd(text=TEXT), FinalHeard(text=TEXT, ends_speech=True)]
    assert isinstance(heard[0], InterimHeard)
    await ear.aclose()


@pytest.mark.parametrize(
    ("kind", "error"),
    [("http_401", Misconfigured), ("http_403", Misconfigured), ("http_429", RateLimited), ("http_503", Unavailable)],
)
async def test_it_refuses_on_demand(
    recogniser: FluxSpeechToText, world: World, kind: str, error: type[ProviderError]
) -> None:
    world.faults.add(Fault(target="deepgram_flux.handshake", kind=kind))
    with pytest.raises(error):
        await recogniser.open(HearingOptions())


@pytest.mark.parametrize("target", ["deepgram_flux.stream", "deepgram_flux.live"])
@pytest.mark.parametrize("kind", ["cut", "garbage", "error"])
async def test_it_breaks_on_demand(recogniser: FluxSpeechToText, world: World, target: str, kind: str) -> None:
    world.faults.add(Fault(target=target, kind=kind, params={"after_s": 0.05}))
    ear = await recogniser.open(HearingOptions())
    with pytest.raises(ProviderError):  # noqa: PT012 - a sender may be told first
        await ear.send(SILENCE)
        await anext(heard_by(ear))
    await ear.aclose()


@pytest.mark.parametrize("kind", ["stall", "half_open", "late"])
async def test_it_falls_silent_on_demand(dial: Callable[..., Any], world: World, kind: str) -> None:
    async with dial() as socket:
        world.faults.add(Fault(target="deepgram_flux.live", kind=kind))
        await play(socket, SILENCE * 5, size=CHUNK)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await socket.recv()
