"""What is asked of providers, counted and timed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from control_plane.core.call.commands import Dial, Hangup
from control_plane.observability.logging import bind_call
from control_plane.observability.metrics import Metrics
from control_plane.observability.providers import (
    ProviderTimer,
    TimedBrain,
    TimedCallControl,
    TimedSpeechToText,
    TimedTextToSpeech,
)
from control_plane.observability.tracing import Span, Tracing, trace_id
from control_plane.ports.brain import Question
from control_plane.ports.carrier import Leg, LegIds
from control_plane.ports.errors import CallGone, ProviderError, Unavailable
from control_plane.ports.hearing import HearingOptions
from control_plane.ports.voice import VoiceOptions
from control_plane.testing.brains import FakeBrain, says
from control_plane.testing.clock import FakeClock
from control_plane.testing.ears import FakeSpeechToText
from control_plane.testing.voices import FakeTextToSpeech

QUESTION = Question(system="", messages=())
LEG = Leg(call_id="call-1", control_id="leg-1")


class Watched:
    """A timer of the provider `p`, and what it has measured."""

    def __init__(self, tracing: Tracing | None = None) -> None:
        self.metrics = Metrics()
        self.clock = FakeClock()
        self.timer = ProviderTimer("p", metrics=self.metrics, clock=self.clock, tracing=tracing or Tracing())

    def count(self, operation: str, outcome: str) -> float:
        return self._get("requests_total", operation=operation, outcome=outcome)

    def took(self, operation: str) -> tuple[float, float]:
        """How often, and how many seconds."""
        return self._get("seconds_count", operation=operation), self._get("seconds_sum", operation=operation)

    def _get(self, name: str, **labels: str) -> float:
        return self.metrics.registry.get_sample_value(f"gateway_provider_{name}", {"provider": "p", **labels}) or 0.0


class SlowBrain(FakeBrain):
    """A second to the first word, two more to the end."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(says("Hola.", "Adiós."))
        self._clock = clock

    async def answer(self, question: Question) -> AsyncIterator[object]:  # type: ignore[override]
        self._clock.advance(1.0)
        async for event in super().answer(question):
            yield event
        self._clock.advance(2.0)


class Carrier:
    """A carrier that answers with `fault`, if there is one."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.fault = fault
        self.done: list[str] = []

    async def dial(self, leg: Leg, command: Dial, *, command_id: str) -> LegIds:
        self._act("dial")
        return LegIds(control_id="leg-1")

    async def perform(self, leg: Leg, command: object, *, command_id: str) -> None:
        self._act("perform")

    async def download(self, url: str) -> bytes:
        self._act("download")
        return b"RIFF"

    async def warm(self) -> None:
        self._act("warm")

    async def aclose(self) -> None:
        self._act("close")

    def _act(self, what: str) -> None:
        self.done.append(what)
        if self.fault is not None:
            raise self.fault


async def test_of_a_model_the_first_token_and_the_whole_answer_are_timed() -> None:
    it = Watched()
    brain = TimedBrain(SlowBrain(it.clock), it.timer)
    assert len([event async for event in brain.answer(QUESTION)]) == 3
    assert it.took("first_token") == (1, 1.0)
    assert it.took("answer") == (1, 3.0)
    assert it.count("answer", "done") == 1


async def test_an_answer_that_is_not_wanted_any_more_is_cancelled_and_not_timed() -> None:
    it = Watched()
    inner = FakeBrain(says("Hola.", "Adiós."))
    async with aclosing(TimedBrain(inner, it.timer).answer(QUESTION)) as events:
        await anext(events)
    assert inner.cancelled == [QUESTION]
    assert it.count("answer", "cancelled") == 1
    assert it.took("answer") == (0, 0)


async def test_an_answer_that_fails_is_counted_and_the_error_goes_on() -> None:
    it = Watched()
    with pytest.raises(Unavailable):
        [event async for event in TimedBrain(FakeBrain([Unavailable("p", "away")]), it.timer).answer(QUESTION)]
    assert it.count("answer", "failed") == 1


async def test_durations_lead_to_the_trace_of_the_call_in_whose_context_they_were_measured() -> None:
    class Nothing:
        def call(self, trace_id: str, span: Span) -> None: ...
        def part(self, trace_id: str, span: Span) -> None: ...
        async def aclose(self) -> None: ...

    tracing = Tracing(Nothing)
    tracing.start()
    it = Watched(tracing)
    with bind_call("call-1"):
        it.timer.took("answer", 0.2)
    it.timer.took("connect", 0.2)
    text = it.metrics.exposition("application/openmetrics-text; version=1.0.0")[0].decode()
    [line] = [line for line in text.splitlines() if "trace_id" in line]
    assert f'trace_id="{trace_id("call-1")}"' in line
    assert 'operation="answer"' in line


async def test_of_a_recogniser_the_opening_is_timed() -> None:
    it, stt = Watched(), FakeSpeechToText()
    timed = TimedSpeechToText(stt, it.timer)
    assert await timed.open(HearingOptions()) is stt.ears[0]
    stt.refusal = Unavailable("p", "away")
    with pytest.raises(Unavailable):
        await timed.open(HearingOptions())
    assert (it.count("connect", "done"), it.count("connect", "failed")) == (1, 1)
    await timed.aclose()
    assert stt.closed


async def test_of_a_voice_the_first_sound_and_the_last_are_timed() -> None:
    it, tts = Watched(), FakeTextToSpeech()
    timed = TimedTextToSpeech(tts, it.timer)
    voice = await timed.open(VoiceOptions())
    utterance = await voice.utterance()
    await utterance.say("Hola.")
    it.clock.advance(0.3)
    await utterance.say("Adiós.")
    await utterance.end()
    assert len([piece async for piece in utterance.audio()]) == 2
    assert it.took("first_audio") == (1, pytest.approx(0.3))
    assert it.count("utterance", "done") == 1
    assert await timed.synthesize("Hola.", VoiceOptions())
    assert it.count("synthesize", "done") == 1
    await voice.aclose()
    await timed.aclose()
    assert (tts.voices[0].closed, tts.closed) == (True, True)


async def test_an_utterance_that_is_interrupted_is_cancelled() -> None:
    it, tts = Watched(), FakeTextToSpeech()
    utterance = await (await TimedTextToSpeech(tts, it.timer).open(VoiceOptions())).utterance()

    async def listen() -> None:
        async for _ in utterance.audio():
            pass

    listening = asyncio.create_task(listen())
    await asyncio.sleep(0)
    listening.cancel()
    await asyncio.wait([listening])
    await utterance.cancel()
    assert it.count("utterance", "cancelled") == 1


async def test_each_kind_of_command_is_an_operation() -> None:
    it, carrier = Watched(), Carrier()
    timed = TimedCallControl(carrier, it.timer)
    ids = await timed.dial(LEG, Dial(to="+573001234567", sender="+576015550100", stream=True), command_id="1")
    await timed.perform(LEG, Hangup(), command_id="2")
    assert await timed.download("https://carrier.example/1") == b"RIFF"
    await timed.warm()
    await timed.aclose()
    assert ids.control_id == "leg-1"
    assert [it.count(operation, "done") for operation in ("dial", "hangup", "download")] == [1, 1, 1]
    assert carrier.done == ["dial", "perform", "download", "warm", "close"]


@pytest.mark.parametrize(
    ("fault", "outcome", "errors"), [(Unavailable("p", "away"), "failed", 1.0), (CallGone("p", "gone"), "gone", None)]
)
async def test_a_call_that_is_gone_is_no_error_of_the_carrier(
    fault: ProviderError, outcome: str, errors: float | None
) -> None:
    it = Watched()
    with pytest.raises(type(fault)):
        await TimedCallControl(Carrier(fault), it.timer).perform(LEG, Hangup(), command_id="2")
    assert it.count("hangup", outcome) == 1
    labels = {"provider": "p", "kind": type(fault).__name__}
    assert it.metrics.registry.get_sample_value("gateway_provider_errors_total", labels) == errors
