"""The Deepgram adapter over a real socket."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from control_plane.adapters.provider_socket import SocketTimings
from control_plane.adapters.stt.deepgram import DeepgramEar, DeepgramSpeechToText
from control_plane.core.turn.events import FinalHeard, InterimHeard, UtteranceEnded
from control_plane.ports.errors import Misconfigured, ProviderError, RateLimited, Rejected, Unavailable
from control_plane.ports.hearing import HearingOptions, Listening
from tests.ears import heard_by
from tests.wire.deepgram import DeepgramWire, deepgram_wire
from tests.wire.server import spawn, until

KEY = "dg-secret-key"
FRAME = b"\x80" * 160


@pytest.fixture
async def wire() -> AsyncIterator[DeepgramWire]:
    async with deepgram_wire() as wire:
        yield wire


@pytest.fixture
async def ear(wire: DeepgramWire) -> AsyncIterator[DeepgramEar]:
    ear = await recogniser(wire).open(HearingOptions(keyterms=("Ana", "cita previa")))
    yield ear
    await ear.aclose()


def recogniser(wire: DeepgramWire, keep_alive_s: float = 3.0) -> DeepgramSpeechToText:
    return DeepgramSpeechToText(
        api_key=KEY, spawn=spawn, base_url=wire.url, timings=SocketTimings(connect=2), keep_alive_s=keep_alive_s
    )


async def test_the_handshake_carries_the_key_and_the_query(wire: DeepgramWire, ear: DeepgramEar) -> None:
    request = wire.requests[0]
    assert request.headers["Authorization"] == f"Token {KEY}"
    assert "Sec-WebSocket-Extensions" not in request.headers
    assert request.query["encoding"] == "mulaw"
    assert request.query.getall("keyterm") == ["Ana", "cita previa"]


async def test_audio_passes_as_it_is_and_empty_audio_does_not_pass(wire: DeepgramWire, ear: DeepgramEar) -> None:
    await ear.send(FRAME)
    await ear.send(b"")
    await ear.send(FRAME)
    await until(lambda: len(wire.audio) == 320)
    assert wire.received == [FRAME, FRAME]


async def test_what_is_heard_arrives_in_order(wire: DeepgramWire, ear: DeepgramEar) -> None:
    await wire.tell({"type": "SpeechStarted", "channel": [0], "timestamp": 0.1})
    await wire.results("hola")
    await wire.results("")
    await wire.results("Hola.", final=True)
    await wire.results("", final=True, speech_final=True)
    await wire.tell({"type": "UtteranceEnd", "channel": [0, 1], "last_word_end": 1.0})
    events = heard_by(ear)
    assert [await anext(events) for _ in range(6)] == [
        Listening(),
        InterimHeard(text="hola"),
        Listening(),
        FinalHeard(text="Hola.", ends_speech=False),
        FinalHeard(text="", ends_speech=True),
        UtteranceEnded(),
    ]


async def test_one_unreadable_message_is_skipped(wire: DeepgramWire, ear: DeepgramEar) -> None:
    await wire.tell("not json")
    await wire.results("hola")
    assert await anext(heard_by(ear)) == InterimHeard(text="hola")


async def test_nothing_but_unreadable_messages_is_a_lost_recognition(wire: DeepgramWire, ear: DeepgramEar) -> None:
    for _ in range(5):
        await wire.tell("not json")
    with pytest.raises(Unavailable):
        await anext(heard_by(ear))


async def test_a_pause_after_audio_is_announced(wire: DeepgramWire) -> None:
    ear = await recogniser(wire, keep_alive_s=0.01).open(HearingOptions())
    await ear.send(FRAME)
    await until(lambda: len(wire.control) >= 2)
    assert set(wire.control) == {"KeepAlive"}
    await ear.aclose()


async def test_no_keep_alive_stands_in_for_the_first_audio(wire: DeepgramWire) -> None:
    ear = await recogniser(wire, keep_alive_s=0.001).open(HearingOptions())
    await asyncio.sleep(0.02)
    await ear.send(FRAME)
    await until(lambda: "KeepAlive" in wire.control)
    assert wire.received[0] == FRAME
    await ear.aclose()


async def test_closing_says_so_and_ends_the_listening(wire: DeepgramWire, ear: DeepgramEar) -> None:
    listening = asyncio.ensure_future(anext(heard_by(ear), "over"))
    await asyncio.sleep(0)
    await ear.aclose()
    await ear.aclose()
    assert await listening == "over"
    await until(lambda: wire.closed)
    assert wire.control == ["CloseStream"]


@pytest.mark.parametrize(
    ("code", "reason", "name"), [(1011, "NET-0001", "NET-0001"), (1000, "", "1000"), (1008, "DATA-0000", "DATA-0000")]
)
async def test_a_close_by_the_provider_is_told(
    wire: DeepgramWire, ear: DeepgramEar, code: int, reason: str, name: str
) -> None:
    await wire.close(code, reason)
    with pytest.raises(ProviderError) as caught:
        await anext(heard_by(ear))
    assert caught.value.code == name


async def test_a_cut_connection_is_told_to_both_sides(wire: DeepgramWire, ear: DeepgramEar) -> None:
    wire.cut()
    with pytest.raises(Unavailable):
        await anext(heard_by(ear))
    with pytest.raises(Unavailable):
        await ear.send(FRAME)


async def test_an_error_message_is_told(wire: DeepgramWire, ear: DeepgramEar) -> None:
    await wire.tell({"type": "Error", "variant": "SchemaError", "description": "…"})
    with pytest.raises(Unavailable, match="SchemaError"):
        await anext(heard_by(ear))


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Rejected),
        (401, Misconfigured),
        (402, Misconfigured),
        (403, Misconfigured),
        (429, RateLimited),
        (503, Unavailable),
    ],
)
async def test_a_refused_handshake_is_translated_without_the_key(
    wire: DeepgramWire, status: int, kind: type[ProviderError]
) -> None:
    wire.refusal = (status, {"dg-error": "INSUFFICIENT_PERMISSIONS"})
    with pytest.raises(kind) as caught:
        await recogniser(wire).open(HearingOptions())
    assert caught.value.code == "INSUFFICIENT_PERMISSIONS"
    assert KEY not in repr(caught.value)
    assert KEY not in repr(caught.value.__cause__)


def test_a_wrong_base_url_is_found_at_the_start() -> None:
    with pytest.raises(ValueError, match="base URL"):
        DeepgramSpeechToText(api_key=KEY, spawn=spawn, base_url="api.deepgram.com")
