"""An ear that is lost and found again: no sound is lost meanwhile, and a refusal for good is not argued with."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from control_plane.core.turn.events import FinalHeard
from control_plane.observability.metrics import Metrics
from control_plane.ports.errors import Misconfigured, ProviderError, Rejected, Unavailable
from control_plane.ports.hearing import Heard, HearingOptions
from control_plane.services.media.hearing import BACKLOG_FRAMES, PAUSES_S, Deaf, Hearing
from control_plane.services.supervisor import Supervisor
from control_plane.testing.ears import FakeEar, FakeSpeechToText
from tests.virtual_time import eventually

VIRTUAL_TIME = True

AWAY = Unavailable("deepgram", "cannot be connected to")
HELLO = FinalHeard(text="Hola.", ends_speech=True)


class Listening:
    def __init__(self) -> None:
        self.stt = FakeSpeechToText()
        self.metrics = Metrics(version="test")
        self.heard: list[Heard] = []
        self.hearing = Hearing(self.stt, HearingOptions(language="es"), heard=self.heard.append, metrics=self.metrics)
        self.supervisor = Supervisor()
        self.task = self.supervisor.spawn(self.hearing.run(), "hearing")

    @property
    def ear(self) -> FakeEar:
        return self.stt.ears[-1]

    async def until_ears(self, count: int) -> None:
        await eventually(lambda: len(self.stt.ears) == count)

    def errors(self, kind: str) -> float:
        labels = {"provider": "deepgram", "kind": kind}
        return self.metrics.registry.get_sample_value("gateway_provider_errors_total", labels) or 0.0


@pytest.fixture
async def it() -> AsyncIterator[Listening]:
    listening = Listening()
    yield listening
    await listening.supervisor.aclose()


def frame(number: int) -> bytes:
    return number.to_bytes(2, "big") * 80


async def test_frames_reach_the_ear_and_what_it_hears_comes_back(it: Listening) -> None:
    it.hearing.feed(frame(1))
    await it.until_ears(1)
    it.hearing.feed(frame(2))
    it.ear.hear(HELLO)
    await eventually(lambda: it.heard)
    assert it.heard == [HELLO]
    assert it.ear.audio == [frame(1), frame(2)]
    assert it.ear.options.language == "es"


async def test_a_lost_ear_is_replaced_and_gets_what_was_said_meanwhile(it: Listening) -> None:
    await it.until_ears(1)
    it.hearing.feed(frame(1))
    await eventually(lambda: it.ear.audio)
    first = it.ear
    first.fail(AWAY)
    await asyncio.sleep(0.01)
    for number in (2, 3):
        it.hearing.feed(frame(number))
    await it.until_ears(2)
    await eventually(lambda: len(it.ear.audio) == 2)
    assert first.closed
    assert it.ear.audio == [frame(2), frame(3)]
    assert it.errors("Unavailable") == 1


async def test_a_frame_that_could_not_be_sent_is_sent_to_the_next_ear(it: Listening) -> None:
    await it.until_ears(1)
    it.ear.fail(AWAY)
    it.hearing.feed(frame(1))
    await it.until_ears(2)
    await eventually(lambda: it.ear.audio)
    assert it.ear.audio == [frame(1)]


async def test_a_recogniser_that_is_away_is_asked_again_at_growing_intervals(it: Listening) -> None:
    await it.until_ears(1)
    it.stt.refusal = AWAY
    it.ear.fail(AWAY)
    await asyncio.sleep(sum(PAUSES_S) + 0.5)
    attempts = it.errors("Unavailable")
    assert attempts == 1 + len(PAUSES_S)
    it.stt.refusal = None
    await it.until_ears(2)
    it.ear.hear(HELLO)
    await eventually(lambda: it.heard)


async def test_an_ear_that_worked_for_a_while_is_replaced_quickly_however_often_that_happens(it: Listening) -> None:
    loop = asyncio.get_running_loop()
    for number in range(1, 10):
        await it.until_ears(number)
        it.ear.hear(HELLO)
        await eventually(lambda count=number: len(it.heard) == count)
        it.ear.fail(AWAY)
    began = loop.time()
    await it.until_ears(10)
    assert loop.time() - began < 0.2


async def test_more_sound_than_can_wait_costs_the_oldest(it: Listening) -> None:
    it.stt.refusal = AWAY
    for number in range(BACKLOG_FRAMES + 20):
        it.hearing.feed(frame(number))
    it.stt.refusal = None
    await it.until_ears(1)
    await eventually(lambda: len(it.ear.audio) == BACKLOG_FRAMES)
    assert it.ear.audio[0] == frame(20)
    assert it.metrics.registry.get_sample_value("gateway_media_dropped_total", {"reason": "recogniser_away"}) == 20


@pytest.mark.parametrize("error", [Misconfigured("deepgram", "the key is wrong"), Rejected("deepgram", "no model")])
async def test_a_refusal_for_good_is_not_argued_with(it: Listening, error: ProviderError) -> None:
    await it.until_ears(1)
    it.stt.refusal = error
    it.ear.fail(AWAY)
    with pytest.raises(Deaf):
        await it.task
    assert it.errors(type(error).__name__) == 1
    it.hearing.feed(frame(1))


async def test_a_cancellation_in_the_moment_in_which_the_ear_is_lost_is_obeyed(it: Listening) -> None:
    await it.until_ears(1)
    it.ear.fail(AWAY)
    it.task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await it.task
    assert len(it.stt.ears) == 1


async def test_cancelling_closes_the_ear(it: Listening) -> None:
    await it.until_ears(1)
    it.task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await it.task
    assert it.ear.closed
