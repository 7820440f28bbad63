"""An ear that is lost and found again: no sound is lost meanwhile, and a refusal for good is not argued with."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from control_plane.core.breaker import BreakerState
from control_plane.core.turn.events import FinalHeard, InterimHeard, SpeechStarted, SpeechStopped, UtteranceEnded
from control_plane.observability.metrics import Metrics
from control_plane.ports.errors import Misconfigured, ProviderError, Rejected, Unavailable
from control_plane.ports.hearing import Heard, HearingOptions, SpeechToText
from control_plane.ports.hearing import Listening as SignOfLife
from control_plane.services.fallback.ears import EarChain
from control_plane.services.fallback.route import Route
from control_plane.services.media.hearing import (
    ALIVE_FRAMES,
    BACKLOG_FRAMES,
    LEAD_IN_FRAMES,
    PAUSES_S,
    PIECE_FRAMES,
    Deaf,
    Hearing,
)
from control_plane.services.media.pace import HELD_IN_VOICE, HELD_QUIET
from control_plane.services.media.stall import AFTER_VOICE_FRAMES, STALL_FRAMES, VOICE_FRAMES
from control_plane.services.supervisor import Supervisor
from control_plane.testing.ears import FakeEar, FakeSpeechToText
from tests.virtual_time import LoopClock, eventually

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
    await fed(it, *range(1, 7))
    it.ear.hear(HELLO)
    await eventually(lambda: it.heard)
    assert it.heard == [HELLO]
    assert it.ear.audio == [frame(number) for number in range(1, 7)]
    assert it.ear.options.language == "es"


async def test_a_lost_ear_is_replaced_and_gets_what_is_not_words_yet_and_what_was_said_meanwhile(it: Listening) -> None:
    await fed(it, 1)
    first = it.ear
    first.fail(AWAY)
    await asyncio.sleep(0.01)
    for number in (2, 3):
        it.hearing.feed(frame(number))
    await it.until_ears(2)
    await eventually(lambda: len(it.ear.audio) == 3)
    assert first.closed
    assert it.ear.audio == [frame(1), frame(2), frame(3)]
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
    await asyncio.sleep(sum(PAUSES_S) - 0.2)
    assert it.errors("Unavailable") == 1 + len(PAUSES_S) - 1
    it.stt.refusal = None
    await it.until_ears(2)
    it.ear.hear(HELLO)
    await eventually(lambda: it.heard)
    assert not it.hearing.deaf


async def test_when_nobody_listens_for_too_long_the_call_is_told_before_the_caller_wonders(it: Listening) -> None:
    loop = asyncio.get_running_loop()
    await it.until_ears(1)
    it.stt.refusal = AWAY
    began = loop.time()
    it.ear.fail(AWAY)
    with pytest.raises(Deaf):
        await it.task
    assert loop.time() - began < 2.0
    assert it.hearing.deaf


async def test_a_recogniser_that_takes_sound_for_a_while_has_not_failed_in_a_row(it: Listening) -> None:
    for number in range(1, 9):
        await it.until_ears(number)
        await fed(it, *range(ALIVE_FRAMES))
        await asyncio.sleep(0.1)
        it.hearing.feed(frame(1))
        await asyncio.sleep(0.1)
        it.ear.fail(AWAY)
    await it.until_ears(9)


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
    await it.until_ears(1)
    it.stt.refusal = AWAY
    it.ear.fail(AWAY)
    await asyncio.sleep(0.01)
    for number in range(BACKLOG_FRAMES + 20):
        it.hearing.feed(frame(number))
    it.stt.refusal = None
    await it.until_ears(2)
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


# --- what the next ear gets -----------------------------------------------------------------------


async def fed(it: Listening, *numbers: int) -> None:
    """And none of them held."""
    await eventually(lambda: it.hearing._ear is not None)
    for number in numbers:
        it.hearing.feed(frame(number))
    it.hearing._flush()
    await asyncio.sleep(0.01)


async def test_what_became_final_is_not_sent_again_but_for_its_edge(it: Listening) -> None:
    await it.until_ears(1)
    it.hearing.notice(SpeechStarted())
    await fed(it, *range(1, 201))
    it.ear.hear(FinalHeard(text="Quiero una cita", ends_speech=False))
    await eventually(lambda: it.heard)
    await fed(it, *range(201, 301))
    it.ear.fail(AWAY)
    await it.until_ears(2)
    await eventually(lambda: len(it.ear.audio) == 150)
    assert it.ear.audio == [frame(number) for number in range(151, 301)]


async def test_words_on_the_edge_are_told_once_and_those_behind_it_too(it: Listening) -> None:
    await it.until_ears(1)
    it.hearing.notice(SpeechStarted())
    await fed(it, *range(1, 201))
    it.ear.hear(FinalHeard(text="Quiero una cita", ends_speech=False))
    it.ear.hear(InterimHeard(text="para el"))
    await eventually(lambda: len(it.heard) == 2)
    it.ear.fail(AWAY)
    await it.until_ears(2)
    it.ear.hear(InterimHeard(text="cita"))
    it.ear.hear(InterimHeard(text="cita para el martes"))
    it.ear.hear(FinalHeard(text="Cita para el martes.", ends_speech=True))
    it.ear.hear(FinalHeard(text="Martes.", ends_speech=True))
    await eventually(lambda: len(it.heard) == 5)
    assert it.heard == [
        FinalHeard(text="Quiero una cita", ends_speech=False),
        InterimHeard(text="para el"),
        InterimHeard(text="para el martes"),
        FinalHeard(text="para el martes.", ends_speech=True),
        FinalHeard(text="Martes.", ends_speech=True),
    ]


async def test_a_final_in_which_nothing_is_new_still_ends_the_utterance(it: Listening) -> None:
    await it.until_ears(1)
    it.hearing.notice(SpeechStarted())
    await fed(it, *range(1, 101))
    it.ear.hear(FinalHeard(text="Quiero una cita", ends_speech=False))
    await eventually(lambda: it.heard)
    it.ear.fail(AWAY)
    await it.until_ears(2)
    it.ear.hear(FinalHeard(text="una cita", ends_speech=True))
    await eventually(lambda: len(it.heard) == 2)
    assert it.heard[1] == UtteranceEnded()


async def test_silence_is_not_worth_sending_again(it: Listening) -> None:
    await it.until_ears(1)
    await fed(it, *range(1, 401))
    it.ear.fail(AWAY)
    await it.until_ears(2)
    await eventually(lambda: len(it.ear.audio) == LEAD_IN_FRAMES)
    assert it.ear.audio[-1] == frame(400)


async def test_a_voice_after_a_long_silence_is_sent_again_with_a_little_before_it(it: Listening) -> None:
    await it.until_ears(1)
    await fed(it, *range(1, 401))
    it.hearing.notice(SpeechStarted())
    await fed(it, *range(401, 421))
    it.hearing.notice(SpeechStopped())
    it.ear.fail(AWAY)
    await it.until_ears(2)
    await eventually(lambda: it.ear.audio)
    await asyncio.sleep(0.1)
    assert it.ear.audio == [frame(number) for number in range(401 - LEAD_IN_FRAMES, 421)]


async def test_what_is_to_be_made_final_is_asked_for_after_the_sound_before_it(it: Listening) -> None:
    await it.until_ears(1)
    it.hearing.feed(frame(1))
    it.hearing.finalize()
    it.hearing.finalize()
    await eventually(lambda: it.ear.finalized)
    assert (it.ear.finalized, it.ear.audio) == (1, [frame(1)])


# --- how many frames go together ------------------------------------------------------------------


async def settled(it: Listening) -> None:
    """The line is known and nobody speaks."""
    await fed(it)
    it.ear.hear(FinalHeard(text="", ends_speech=True))
    await eventually(lambda: it.heard)
    it.heard.clear()


async def test_frames_of_silence_go_out_by_fives_and_a_voice_sends_off_what_is_held(it: Listening) -> None:
    await settled(it)
    for number in range(2 * HELD_QUIET + 2):
        it.hearing.feed(frame(number))
    assert (it.ear.messages, len(it.ear.audio)) == (2, 2 * HELD_QUIET)
    it.hearing.notice(SpeechStarted())
    assert (it.ear.messages, len(it.ear.audio)) == (3, 2 * HELD_QUIET + 2)


async def test_after_a_voice_every_frame_goes_at_once_until_its_words_are_settled(it: Listening) -> None:
    await settled(it)
    it.hearing.notice(SpeechStarted())
    for number in range(HELD_IN_VOICE + 2):
        it.hearing.feed(frame(number))
    assert it.ear.messages == 1
    it.hearing.notice(SpeechStopped())
    for number in range(4):
        it.hearing.feed(frame(number))
    assert it.ear.messages == 2 + 4
    it.ear.hear(HELLO)
    await eventually(lambda: it.heard)
    for number in range(HELD_QUIET):
        it.hearing.feed(frame(number))
    assert it.ear.messages == 2 + 4 + 1


async def test_what_is_held_goes_before_the_question_for_its_words(it: Listening) -> None:
    await settled(it)
    it.hearing.feed(frame(1))
    assert it.ear.audio == []
    it.hearing.finalize()
    await eventually(lambda: it.ear.finalized)
    assert it.ear.audio == [frame(1)]


async def test_an_ear_that_does_not_keep_up_gets_every_frame_once_and_in_order(it: Listening) -> None:
    await settled(it)
    it.ear.full = True
    for number in range(2 * HELD_QUIET):
        it.hearing.feed(frame(number))
    await eventually(lambda: len(it.ear.audio) == 2 * HELD_QUIET)
    it.ear.full = False
    for number in range(2 * HELD_QUIET, 4 * HELD_QUIET):
        it.hearing.feed(frame(number))
    await eventually(lambda: len(it.ear.audio) == 4 * HELD_QUIET)
    assert it.ear.audio == [frame(number) for number in range(4 * HELD_QUIET)]


async def test_frames_that_are_only_held_wake_nobody(it: Listening) -> None:
    await settled(it)
    for number in range(4 * HELD_QUIET):
        it.hearing.feed(frame(number))
    assert not it.hearing._wanted.is_set()
    assert it.ear.messages == 4


async def test_held_frames_are_not_lost_with_the_ear(it: Listening) -> None:
    await settled(it)
    it.hearing.feed(frame(1))
    it.ear.fail(AWAY)
    it.hearing.feed(frame(2))
    await it.until_ears(2)
    await eventually(lambda: it.ear.audio)
    assert it.ear.audio == [frame(1), frame(2)]


async def test_what_is_sent_again_goes_in_pieces_that_the_recogniser_likes(it: Listening) -> None:
    await settled(it)
    it.hearing.notice(SpeechStarted())
    await fed(it, *range(3 * PIECE_FRAMES))
    it.ear.fail(AWAY)
    await it.until_ears(2)
    await eventually(lambda: len(it.ear.audio) == 3 * PIECE_FRAMES)
    assert it.ear.messages == 3


# --- several recognisers --------------------------------------------------------------------------


class TwoEars(Listening):
    """Two recognisers as one."""

    def __init__(self) -> None:
        self.one, self.two = FakeSpeechToText(), FakeSpeechToText()
        self.metrics = Metrics(version="test")
        ears: list[tuple[str, SpeechToText]] = [("one", self.one), ("two", self.two)]
        self.route = Route("stt", ears, clock=LoopClock(), metrics=self.metrics)
        self.heard = []
        chain = EarChain(self.route)
        self.hearing = Hearing(chain, HearingOptions(), heard=self.heard.append, metrics=self.metrics)
        self.supervisor = Supervisor()
        self.task = self.supervisor.spawn(self.hearing.run(), "hearing")


@pytest.fixture
async def two() -> AsyncIterator[TwoEars]:
    listening = TwoEars()
    yield listening
    await listening.supervisor.aclose()


async def test_an_ear_that_tells_nothing_of_a_voice_is_replaced_by_another_recognisers(two: TwoEars) -> None:
    await eventually(lambda: two.one.ears)
    two.hearing.notice(SpeechStarted())
    for number in range(STALL_FRAMES + HELD_IN_VOICE):
        two.hearing.feed(frame(number))
        await asyncio.sleep(0.02)
    await eventually(lambda: two.two.ears)
    await eventually(lambda: len(two.two.ears[0].audio) > STALL_FRAMES)
    assert two.one.ears[0].closed
    two.two.ears[0].hear(HELLO)
    await eventually(lambda: two.heard)
    assert two.heard == [HELLO]
    labels = {"provider": "one", "kind": "_Stalled"}
    assert two.metrics.registry.get_sample_value("gateway_provider_errors_total", labels) is None
    labels["kind"] = "Timeout"
    assert two.metrics.registry.get_sample_value("gateway_provider_errors_total", labels) == 1


async def test_a_short_voice_of_which_nothing_is_told_is_sent_to_another_ear_soon_after_it(two: TwoEars) -> None:
    await eventually(lambda: two.one.ears)
    two.hearing.notice(SpeechStarted())
    for number in range(VOICE_FRAMES + HELD_IN_VOICE):
        two.hearing.feed(frame(number))
        await asyncio.sleep(0.02)
    two.hearing.notice(SpeechStopped())
    for number in range(AFTER_VOICE_FRAMES + 2):
        two.hearing.feed(frame(1000 + number))
        await asyncio.sleep(0.02)
    await eventually(lambda: two.two.ears)
    assert frame(0) in two.two.ears[0].audio


async def test_an_ear_that_listens_to_a_voice_without_words_is_left_in_peace(two: TwoEars) -> None:
    await eventually(lambda: two.one.ears)
    two.hearing.notice(SpeechStarted())
    for number in range(4 * STALL_FRAMES):
        two.hearing.feed(frame(number))
        if number % 50 == 0:
            two.one.ears[0].hear(SignOfLife())
        await asyncio.sleep(0.02)
    assert (len(two.one.ears), len(two.two.ears)) == (1, 0)
    assert two.heard == []


async def test_a_voice_of_which_two_ears_in_a_row_tell_nothing_is_left_to_the_carrier(two: TwoEars) -> None:
    await eventually(lambda: two.one.ears)
    two.hearing.notice(SpeechStarted())
    for number in range(2 * STALL_FRAMES + 10):
        two.hearing.feed(frame(number))
        await asyncio.sleep(0.02)
    assert (len(two.one.ears), len(two.two.ears)) == (1, 1)
    with pytest.raises(Deaf):
        await two.task
    assert two.hearing.deaf


async def test_frames_that_come_together_after_a_hold_up_are_no_time_to_wait_for_an_answer(two: TwoEars) -> None:
    await eventually(lambda: two.one.ears)
    two.hearing.notice(SpeechStarted())
    for number in range(STALL_FRAMES + 10):
        two.hearing.feed(frame(number))
    await eventually(lambda: len(two.one.ears[0].audio) > STALL_FRAMES)
    await asyncio.sleep(0.1)
    assert two.two.ears == []


async def test_while_one_recogniser_refuses_the_other_one_hears_and_nobody_is_deaf(two: TwoEars) -> None:
    await eventually(lambda: two.one.ears)
    two.one.refusal = Misconfigured("one", "the key is wrong")
    two.hearing.feed(frame(1))
    await asyncio.sleep(0.1)
    two.one.ears[0].fail(Unavailable("one", "the socket closed"))
    await eventually(lambda: two.two.ears and two.two.ears[0].audio)
    assert two.two.ears[0].audio == [frame(1)]
    two.two.refusal = Rejected("two", "no")
    two.two.ears[0].fail(Unavailable("two", "the socket closed"))
    with pytest.raises(Deaf):
        await two.task


async def test_a_lost_socket_is_opened_again_at_the_same_recogniser_first(two: TwoEars) -> None:
    await eventually(lambda: two.one.ears)
    two.one.ears[0].fail(AWAY)
    await eventually(lambda: len(two.one.ears) == 2)
    assert two.two.ears == []


async def test_a_recogniser_that_keeps_hanging_up_makes_way_for_the_other(two: TwoEars) -> None:
    for number in range(3):
        await eventually(lambda count=number: len(two.one.ears) == count + 1)
        two.one.ears[number].fail(AWAY)
    await eventually(lambda: two.two.ears)
    assert two.route.state("one") is BreakerState.OPEN
