"""The Flux adapter over a real socket."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from control_plane.adapters.stt.deepgram_flux import FluxEar, FluxSpeechToText, FluxTimings
from control_plane.core.turn.events import EagerEnd, FinalHeard, InterimHeard
from control_plane.ports.errors import Misconfigured, ProviderError, RateLimited, Rejected, Unavailable
from control_plane.ports.hearing import HearingOptions
from tests.ears import heard_by
from tests.wire.deepgram import DeepgramWire, deepgram_wire
from tests.wire.server import spawn, until

KEY = "dg-secret-key"
FRAME = b"\x80" * 160
SILENCE = b"\xff"


@pytest.fixture
async def wire() -> AsyncIterator[DeepgramWire]:
    async with deepgram_wire() as wire:
        yield wire


def recogniser(wire: DeepgramWire, *, silence: float = 6.0) -> FluxSpeechToText:
    timings = FluxTimings(pause=0.02, step=0.01, silence=silence)
    return FluxSpeechToText(api_key=KEY, spawn=spawn, base_url=wire.url, timings=timings)


@pytest.fixture
async def ear(wire: DeepgramWire) -> AsyncIterator[FluxEar]:
    ear = await recogniser(wire).open(HearingOptions())
    yield ear
    await ear.aclose()


async def test_the_handshake_carries_the_key_and_the_query(wire: DeepgramWire, ear: FluxEar) -> None:
    request = wire.requests[0]
    assert request.path == "/deepgram/v2/listen"
    assert request.headers["Authorization"] == f"Token {KEY}"
    assert request.query["model"] == "flux-general-multi"


async def test_a_turn_is_told_with_its_early_end(wire: DeepgramWire, ear: FluxEar) -> None:
    for event, text in (
        ("StartOfTurn", "una"),
        ("EagerEndOfTurn", "una cita"),
        ("TurnResumed", "una cita para"),
        ("EndOfTurn", "una cita para hoy"),
    ):
        await wire.turn(event, text)
    events = heard_by(ear)
    assert [await anext(events) for _ in range(4)] == [
        InterimHeard(text="una"),
        EagerEnd(text="una cita"),
        InterimHeard(text="una cita para"),
        FinalHeard(text="una cita para hoy", ends_speech=True),
    ]


async def test_where_no_audio_comes_an_open_turn_gets_silence_until_it_is_over(
    wire: DeepgramWire, ear: FluxEar
) -> None:
    await ear.send(FRAME)
    await wire.turn("Update", "una cita")
    events = heard_by(ear)
    await anext(events)
    await until(lambda: wire.audio.startswith(FRAME + SILENCE * 80))
    await wire.turn("EndOfTurn", "una cita")
    assert await anext(events) == FinalHeard(text="una cita", ends_speech=True)
    sent = len(wire.audio)
    await asyncio.sleep(0.06)
    assert len(wire.audio) <= sent + 160


async def test_outside_of_a_turn_nothing_is_sent_in_place_of_audio(wire: DeepgramWire, ear: FluxEar) -> None:
    await ear.send(FRAME)
    await asyncio.sleep(0.06)
    await ear.send(FRAME)
    await until(lambda: wire.audio == FRAME * 2)


async def test_silence_ends_when_no_turn_would_take_so_long(wire: DeepgramWire) -> None:
    ear = await recogniser(wire, silence=0.03).open(HearingOptions())
    await wire.turn("Update", "una cita")
    await anext(heard_by(ear))
    await until(lambda: len(wire.audio) == 3 * 80)
    await asyncio.sleep(0.06)
    assert wire.audio == SILENCE * 3 * 80
    await ear.aclose()


async def test_it_is_not_told_when_a_turn_is_over(wire: DeepgramWire, ear: FluxEar) -> None:
    await ear.finalize()
    await ear.send(FRAME)
    await until(lambda: wire.received == [FRAME])


async def test_closing_says_so_and_ends_the_listening(wire: DeepgramWire, ear: FluxEar) -> None:
    listening = asyncio.ensure_future(anext(heard_by(ear), None))
    await asyncio.sleep(0)
    await ear.aclose()
    assert await listening is None
    await until(lambda: wire.control == ["CloseStream"])


@pytest.mark.parametrize(
    ("code", "reason", "kind"),
    [(1008, "DATA-0000", Rejected), (1011, "NET-0001", Unavailable), (1000, "", Unavailable)],
)
async def test_a_close_by_the_provider_is_told(
    wire: DeepgramWire, ear: FluxEar, code: int, reason: str, kind: type[ProviderError]
) -> None:
    await wire.close(code, reason)
    with pytest.raises(kind) as caught:
        await anext(heard_by(ear))
    assert caught.value.provider == "deepgram-flux"


async def test_nothing_but_unreadable_messages_is_a_lost_recognition(wire: DeepgramWire, ear: FluxEar) -> None:
    for _ in range(5):
        await wire.tell("garbage")
    with pytest.raises(Unavailable):
        await anext(heard_by(ear))


async def test_one_unreadable_message_is_skipped(wire: DeepgramWire, ear: FluxEar) -> None:
    await wire.tell("garbage")
    await wire.turn("Update", "hola")
    assert await anext(heard_by(ear)) == InterimHeard(text="hola")


@pytest.mark.parametrize(("status", "kind"), [(401, Misconfigured), (403, Misconfigured), (429, RateLimited)])
async def test_a_refused_handshake_is_translated_without_the_key(
    wire: DeepgramWire, status: int, kind: type[ProviderError]
) -> None:
    wire.refusal = (status, {"dg-error": "NO_LUCK"})
    with pytest.raises(kind) as caught:
        await recogniser(wire).open(HearingOptions())
    assert (caught.value.provider, caught.value.code) == ("deepgram-flux", "NO_LUCK")
    assert KEY not in str(caught.value)
