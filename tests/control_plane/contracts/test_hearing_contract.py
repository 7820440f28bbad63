"""What every SpeechToText owes the gateway: the adapters over a wire and the fake alike."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

import pytest

from control_plane.adapters.stt import STT_ADAPTERS
from control_plane.adapters.stt.deepgram import DeepgramSpeechToText
from control_plane.adapters.stt.deepgram_flux import FluxSpeechToText
from control_plane.core.turn.events import EagerEnd, FinalHeard, InterimHeard, UtteranceEnded
from control_plane.ports.errors import ProviderError, Unavailable
from control_plane.ports.hearing import Ear, Heard, HearingOptions, SpeechToText
from control_plane.testing.ears import FakeSpeechToText
from tests.ears import heard_by
from tests.wire.deepgram import DeepgramWire, deepgram_wire
from tests.wire.server import spawn, until

FRAME = b"\x80" * 160
SCENE: tuple[Heard, ...] = (
    InterimHeard(text="quiero una"),
    FinalHeard(text="Quiero una cita.", ends_speech=False),
    FinalHeard(text="", ends_speech=True),
    UtteranceEnded(),
)
TURNS: tuple[Heard, ...] = (
    InterimHeard(text="quiero una"),
    EagerEnd(text="Quiero una cita"),
    InterimHeard(text="quiero una cita para"),
    FinalHeard(text="Quiero una cita para hoy.", ends_speech=True),
)


class Rig(Protocol):
    """A recogniser with its provider in the test's hands."""

    @property
    def stt(self) -> SpeechToText: ...
    @property
    def scene(self) -> tuple[Heard, ...]:
        """What such a recogniser can hear."""
        ...

    async def hear(self, event: Heard) -> None: ...
    async def break_off(self) -> None: ...
    def refuse(self) -> None: ...
    def audio(self) -> bytes: ...
    def closed(self) -> bool: ...


class FakeRig:
    scene = SCENE

    def __init__(self) -> None:
        self.stt = FakeSpeechToText()

    async def hear(self, event: Heard) -> None:
        self.stt.ears[-1].hear(event)

    async def break_off(self) -> None:
        self.stt.ears[-1].fail(Unavailable("fake", "gone"))

    def refuse(self) -> None:
        self.stt.refusal = Unavailable("fake", "closed today")

    def audio(self) -> bytes:
        return b"".join(self.stt.ears[-1].audio)

    def closed(self) -> bool:
        return self.stt.ears[-1].closed


class DeepgramRig:
    scene = SCENE

    def __init__(self, wire: DeepgramWire, stt: SpeechToText) -> None:
        self.stt = stt
        self._wire = wire

    async def hear(self, event: Heard) -> None:
        match event:
            case InterimHeard(text=text):
                await self._wire.results(text)
            case FinalHeard(text=text, ends_speech=ends):
                await self._wire.results(text, final=True, speech_final=ends)
            case UtteranceEnded():
                await self._wire.tell({"type": "UtteranceEnd", "channel": [0, 1], "last_word_end": 1.0})

    async def break_off(self) -> None:
        self._wire.cut()

    def refuse(self) -> None:
        self._wire.refusal = (503, {})

    def audio(self) -> bytes:
        return self._wire.audio

    def closed(self) -> bool:
        return bool(self._wire.closed)


class FluxRig(DeepgramRig):
    scene = TURNS

    async def hear(self, event: Heard) -> None:
        match event:
            case InterimHeard(text=text):
                await self._wire.turn("Update", text)
            case EagerEnd(text=text):
                await self._wire.turn("EagerEndOfTurn", text)
            case FinalHeard(text=text):
                await self._wire.turn("EndOfTurn", text)


@asynccontextmanager
async def fake_rig() -> AsyncIterator[Rig]:
    yield FakeRig()


@asynccontextmanager
async def deepgram_rig() -> AsyncIterator[Rig]:
    async with deepgram_wire() as wire:
        yield DeepgramRig(wire, DeepgramSpeechToText(api_key="k", spawn=spawn, base_url=wire.url))


@asynccontextmanager
async def flux_rig() -> AsyncIterator[Rig]:
    async with deepgram_wire() as wire:
        yield FluxRig(wire, FluxSpeechToText(api_key="k", spawn=spawn, base_url=wire.url))


RIGS: dict[type, Callable[[], AbstractAsyncContextManager[Rig]]] = {
    FakeSpeechToText: fake_rig,
    DeepgramSpeechToText: deepgram_rig,
    FluxSpeechToText: flux_rig,
}


@pytest.fixture(params=RIGS, ids=lambda adapter: adapter.__name__)
async def rig(request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    async with RIGS[request.param]() as rig:
        yield rig
        await rig.stt.aclose()


@pytest.fixture
async def ear(rig: Rig) -> AsyncIterator[Ear]:
    ear = await rig.stt.open(HearingOptions())
    yield ear
    await ear.aclose()


def test_every_adapter_stands_under_this_contract() -> None:
    assert set(RIGS) == {*STT_ADAPTERS, FakeSpeechToText}


async def test_what_is_heard_arrives_as_it_is_and_in_order(rig: Rig, ear: Ear) -> None:
    for event in rig.scene:
        await rig.hear(event)
    events = heard_by(ear)
    assert tuple([await anext(events) for _ in rig.scene]) == rig.scene


async def test_an_ear_may_be_asked_for_what_it_has_at_any_time(rig: Rig, ear: Ear) -> None:
    await ear.finalize()
    await ear.send(FRAME)
    await ear.finalize()
    await until(lambda: rig.audio() == FRAME)


async def test_audio_reaches_the_recogniser_unchanged(rig: Rig, ear: Ear) -> None:
    for piece in (FRAME, b"", FRAME * 2):
        await ear.send(piece)
    await until(lambda: rig.audio() == FRAME * 3)


async def test_sending_does_not_need_a_listener(rig: Rig, ear: Ear) -> None:
    for _ in range(200):
        await ear.send(FRAME)
    await until(lambda: len(rig.audio()) == 200 * 160)


async def test_a_lost_recognition_is_told_to_the_listener(rig: Rig, ear: Ear) -> None:
    await rig.break_off()
    with pytest.raises(ProviderError) as caught:
        await anext(heard_by(ear))
    assert caught.value.retryable


async def test_a_lost_recognition_is_told_to_the_sender(rig: Rig, ear: Ear) -> None:
    await rig.break_off()
    with pytest.raises(ProviderError):
        await anext(heard_by(ear))
    with pytest.raises(ProviderError):
        await ear.send(FRAME)


async def test_closing_ends_the_listening_without_an_error(rig: Rig, ear: Ear) -> None:
    listening = asyncio.ensure_future(anext(heard_by(ear), None))
    await asyncio.sleep(0)
    await ear.aclose()
    assert await listening is None
    await until(rig.closed)


async def test_an_ear_may_be_closed_twice_and_after_its_loss(rig: Rig, ear: Ear) -> None:
    await rig.break_off()
    await ear.aclose()
    await ear.aclose()


async def test_a_refused_opening_is_a_provider_error(rig: Rig) -> None:
    rig.refuse()
    with pytest.raises(ProviderError):
        await rig.stt.open(HearingOptions())
