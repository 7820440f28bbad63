"""Several models as one: who answers, who is cancelled, and how long the caller waits."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace

import pytest

from control_plane.core.breaker import BreakerState
from control_plane.observability.metrics import Metrics
from control_plane.ports.brain import Brain, BrainEvent, Question, ReplyEnded, TextDelta, ToolCalled
from control_plane.ports.errors import Misconfigured, Rejected, Timeout, Unavailable
from control_plane.services.fallback.brains import BrainChain
from control_plane.services.fallback.route import Route
from control_plane.services.supervisor import Supervisor
from control_plane.testing.brains import FakeBrain, Step, says
from tests.virtual_time import LoopClock, eventually

VIRTUAL_TIME = True

ASKED = Question(system="s", messages=())
AWAY = Unavailable("one", "overloaded", code="529")


class Models:
    """Three models as one brain."""

    def __init__(self, *, known: int = 3, clock: LoopClock | None = None) -> None:
        self.one, self.two, self.three = FakeBrain(), FakeBrain(), FakeBrain()
        self.metrics, self.supervisor = Metrics(version="test"), Supervisor()
        brains: list[tuple[str, Brain]] = [("one", self.one), ("two", self.two), ("three", self.three)]
        self.route = Route("brain", brains[:known], clock=clock or LoopClock(), metrics=self.metrics)
        self.chain = BrainChain(self.route, spawn=self.supervisor.spawn, metrics=self.metrics)

    async def text(self, question: Question = ASKED) -> str:
        return "".join([event.text for event in await self.events(question) if isinstance(event, TextDelta)])

    async def events(self, question: Question = ASKED) -> list[BrainEvent]:
        async with aclosing(self.chain.answer(question)) as events:
            return [event async for event in events]

    def metric(self, name: str, **labels: str) -> float:
        return self.metrics.registry.get_sample_value(f"gateway_{name}", labels) or 0.0


@pytest.fixture
async def it() -> AsyncIterator[Models]:
    models = Models()
    yield models
    await models.supervisor.aclose()


async def test_the_first_one_answers_and_nobody_else_is_asked(it: Models) -> None:
    it.one.add(says("Ho", "la."))
    assert await it.events() == [TextDelta(""), TextDelta("Hola."), ReplyEnded(reason="end")]
    assert it.two.questions == []
    assert it.supervisor.running == 0


async def test_a_failure_before_the_first_word_is_the_next_ones_chance_at_once(it: Models) -> None:
    it.one.add([AWAY])
    it.two.add([AWAY])
    it.three.add(says("Hola."))
    began = LoopClock().steady()
    assert await it.text() == "Hola."
    assert LoopClock().steady() - began < 0.1
    assert it.metric("provider_switches_total", kind="brain", provider="one", reason="Unavailable") == 1
    assert it.metric("provider_errors_total", provider="one", kind="Unavailable") == 2


async def test_when_all_have_failed_one_error_is_raised_and_the_others_are_counted(it: Models) -> None:
    it.one.add([Misconfigured("one", "wrong key")])
    it.two.add([Unavailable("two", "away")])
    it.three.add([Rejected("three", "no")])
    with pytest.raises(Unavailable):
        await it.text()
    assert it.metric("provider_errors_total", provider="one", kind="Misconfigured") == 1
    assert it.metric("provider_errors_total", provider="two", kind="Unavailable") == 0
    assert it.metric("provider_errors_total", provider="three", kind="Rejected") == 1


async def test_beside_a_slow_one_the_next_is_asked_and_the_first_word_wins(it: Models) -> None:
    it.one.add([asyncio.Event(), *says("Tarde.")])
    it.two.add(says("Hola."))
    began = LoopClock().steady()
    assert await it.text() == "Hola."
    assert LoopClock().steady() - began == pytest.approx(1.2, abs=0.05)
    await eventually(lambda: it.one.cancelled)
    assert it.one.cancelled == [ASKED]
    assert it.metric("provider_hedges_total", provider="two", outcome="won") == 1
    assert it.metric("provider_switches_total", kind="brain", provider="one", reason="Timeout") == 1


async def test_a_slow_one_that_is_quicker_after_all_cancels_the_one_beside_it(it: Models) -> None:
    slow = asyncio.Event()
    asyncio.get_running_loop().call_later(1.5, slow.set)
    it.one.add([slow, *says("Hola.")])
    it.two.add([asyncio.Event(), *says("Tarde.")])
    assert await it.text() == "Hola."
    await eventually(lambda: it.two.cancelled)
    assert it.metric("provider_hedges_total", provider="two", outcome="lost") == 1
    assert it.three.questions == []


async def test_one_asked_beside_another_that_fails_leaves_the_race_to_the_rest(it: Models) -> None:
    slow = asyncio.Event()
    asyncio.get_running_loop().call_later(1.5, slow.set)
    it.one.add([slow, *says("Hola.")])
    it.two.add([Unavailable("two", "away")])
    it.three.add([asyncio.Event()])
    assert await it.text() == "Hola."
    assert it.metric("provider_hedges_total", provider="two", outcome="failed") == 1


async def test_when_nobody_says_a_word_the_caller_is_not_kept_waiting_for_ever(it: Models) -> None:
    for brain in (it.one, it.two, it.three):
        brain.add([asyncio.Event()])
    began = LoopClock().steady()
    with pytest.raises(Timeout):
        await it.text()
    assert LoopClock().steady() - began == pytest.approx(8.0)
    assert [len(brain.cancelled) for brain in (it.one, it.two, it.three)] == [1, 1, 1]


async def test_another_one_goes_on_with_a_reply_that_breaks_off(it: Models) -> None:
    it.one.add([TextDelta("Abrimos de lunes "), TextDelta("a sáb"), AWAY])
    it.two.add(says("sábado, de ocho", " a seis."))
    assert await it.text(replace(ASKED, model="own")) == "Abrimos de lunes a sábado, de ocho a seis."
    assert it.two.questions == [replace(ASKED, begun="Abrimos de lunes a")]
    assert it.metric("provider_switches_total", kind="brain", provider="one", reason="Unavailable") == 1
    assert it.metric("provider_errors_total", provider="one", kind="Unavailable") == 1
    assert it.supervisor.running == 0


async def test_what_the_second_one_says_again_is_not_told_twice(it: Models) -> None:
    it.one.add([*_pieces("Claro que sí. Abrimos de lunes a "), AWAY])
    it.two.add(says(*_words("Claro que sí. Abrimos de lunes a sábado.")))
    assert (await it.text()).strip() == "Claro que sí. Abrimos de lunes a sábado."


async def test_a_reply_may_break_off_twice(it: Models) -> None:
    it.one.add([*_pieces("Uno, "), AWAY])
    it.two.add([*_pieces("dos, "), Unavailable("two", "lost")])
    it.three.add(says("tres."))
    assert await it.text() == "Uno, dos, tres."
    assert it.three.questions == [replace(ASKED, begun="Uno, dos,")]


async def test_a_reply_of_which_no_word_is_whole_begins_again(it: Models) -> None:
    it.one.add([TextDelta("Ho"), AWAY])
    it.two.add(says("Hola."))
    assert await it.text() == "Hola."
    assert it.two.questions == [ASKED]


async def test_after_a_stall_of_three_seconds_another_one_goes_on(it: Models) -> None:
    it.one.add([TextDelta("Hola, "), asyncio.Event()])
    it.two.add(says("Juana."))
    began = LoopClock().steady()
    assert await it.text() == "Hola, Juana."
    assert LoopClock().steady() - began == pytest.approx(3.0)
    assert it.one.cancelled == [ASKED]


async def test_a_reply_that_breaks_off_after_a_tool_is_over_with_it(it: Models) -> None:
    used = ToolCalled(id="t1", name="end_call")
    it.one.add([TextDelta("Adiós."), used, AWAY])
    assert await it.events() == [TextDelta("Adiós."), used, ReplyEnded(reason="tools")]
    assert it.two.questions == []
    assert it.metric("provider_errors_total", provider="one", kind="Unavailable") == 1


async def test_a_tool_that_was_not_told_yet_is_used_by_whoever_goes_on(it: Models) -> None:
    it.one.add([TextDelta("Adiós. "), AWAY])
    used = ToolCalled(id="t2", name="end_call")
    it.two.add([used, ReplyEnded(reason="tools")])
    assert (await it.events())[1:] == [used, ReplyEnded(reason="tools")]


async def test_when_nobody_can_go_on_the_last_failure_is_raised_after_the_beginning(it: Models) -> None:
    it.one.add([TextDelta("Hola, "), AWAY])
    it.two.add([Unavailable("two", "away")])
    it.three.add([Misconfigured("three", "wrong key")])
    it.one.add([Timeout("one", "late")])
    async with aclosing(it.chain.answer(ASKED)) as events:
        assert await anext(events) == TextDelta("Hola, ")
        with pytest.raises(Unavailable):
            await anext(events)


async def test_the_only_one_is_asked_once_more_after_it_lost_the_connection(it: Models) -> None:
    it.one.add([TextDelta("Hola, "), AWAY])
    it.one.add(says("Juana."))
    only = replace(ASKED, providers=("one",))
    assert await it.text(only) == "Hola, Juana."
    assert it.one.questions == [only, replace(only, begun="Hola,")]


@pytest.mark.parametrize("broken", [[TextDelta("Hola, "), AWAY], [TextDelta("Hola, "), asyncio.Event()]])
async def test_the_only_one_is_not_asked_for_ever(it: Models, broken: list[Step]) -> None:
    for _ in range(3):
        it.one.add(broken)
    with pytest.raises((Unavailable, Timeout)):
        await it.text(replace(ASKED, providers=("one",)))
    assert len(it.one.questions) == (1 if AWAY not in broken else 2)


def _pieces(text: str) -> list[TextDelta]:
    return [TextDelta(text[start : start + 3]) for start in range(0, len(text), 3)]


def _words(text: str) -> list[str]:
    return [word + " " for word in text.split()]


async def test_whoever_is_slow_to_listen_is_no_stall(it: Models) -> None:
    it.one.add(says(*("a " for _ in range(200))))
    async with aclosing(it.chain.answer(ASKED)) as events:
        await anext(events)
        await asyncio.sleep(10)
        assert len([event async for event in events]) == 200


async def test_closing_a_reply_cancels_the_request(it: Models) -> None:
    it.one.add([TextDelta("Ho"), asyncio.Event()])
    async with aclosing(it.chain.answer(ASKED)) as events:
        await anext(events)
    assert it.one.cancelled == [ASKED]
    await eventually(lambda: it.supervisor.running == 0)


async def test_cancelling_whoever_asks_cancels_every_request(it: Models) -> None:
    it.one.add([asyncio.Event()])
    it.two.add([asyncio.Event()])
    asking = it.supervisor.spawn(_drain(it), "asking")
    await eventually(lambda: it.two.questions)
    asking.cancel()
    await asyncio.wait([asking])
    assert (it.one.cancelled, it.two.cancelled) == ([ASKED], [ASKED])
    assert it.supervisor.running == 0


async def _drain(it: Models) -> None:
    await it.events()


async def test_one_that_has_failed_often_is_passed_over_until_it_has_cooled_down(it: Models) -> None:
    for _ in range(3):
        it.one.add([AWAY])
        it.two.add(says("Hola."))
        await it.text()
    assert it.route.state("one") is BreakerState.OPEN
    it.two.add(says("Hola."))
    await it.text()
    assert len(it.one.questions) == 3
    assert it.metric("provider_breaker_state", kind="brain", provider="one") == 2
    await asyncio.sleep(5)
    it.one.add(says("Aquí estoy."))
    assert await it.text() == "Aquí estoy."
    assert it.route.state("one") is BreakerState.CLOSED


async def test_when_all_breakers_are_open_the_caller_is_not_refused_without_asking(it: Models) -> None:
    for brain in (it.one, it.two, it.three):
        brain.add([Misconfigured("x", "wrong key")])
    with pytest.raises(Misconfigured):
        await it.text()
    it.one.add(says("Hola."))
    assert await it.text() == "Hola."


async def test_a_wrong_key_opens_the_breaker_at_once_but_a_bots_own_model_does_not(it: Models) -> None:
    wrong = Misconfigured("one", "no such model")
    it.one.add([wrong])
    it.two.add(says("Hola."))
    await it.text(Question(system="s", messages=(), model="of-this-bot"))
    assert it.route.state("one") is BreakerState.CLOSED
    it.one.add([wrong])
    it.two.add(says("Hola."))
    await it.text()
    assert it.route.state("one") is BreakerState.OPEN


async def test_requests_that_are_wrong_in_themselves_open_nothing(it: Models) -> None:
    for _ in range(5):
        it.one.add([Rejected("one", "too long")])
        it.two.add(says("Hola."))
        await it.text()
    assert it.route.state("one") is BreakerState.CLOSED


async def test_a_bots_order_is_followed_and_its_model_goes_to_the_first_of_it(it: Models) -> None:
    it.three.add([Unavailable("three", "away")])
    it.one.add(says("Hola."))
    asked = Question(system="s", messages=(), providers=("three", "one"), model="big")
    assert await it.text(asked) == "Hola."
    assert it.three.questions[0].model == "big"
    assert it.one.questions[0].model == ""
    assert it.two.questions == []


async def test_providers_that_are_not_set_up_are_passed_over(it: Models) -> None:
    it.two.add(says("Hola."))
    asked = Question(system="s", messages=(), providers=("nobody", "two"), model="big")
    assert await it.text(asked) == "Hola."
    assert it.two.questions[0].model == ""
    it.one.add(says("Hola."))
    assert await it.text(Question(system="s", messages=(), providers=("nobody",))) == "Hola."


async def test_a_reply_without_a_word_is_a_reply(it: Models) -> None:
    it.one.add(())
    assert await it.events() == []


async def test_a_fault_of_ours_is_not_taken_for_one_of_the_provider(it: Models) -> None:
    with pytest.raises(AssertionError):
        await it.text()
    assert it.two.questions == []


class SlowClock(LoopClock):
    """Behind the timers of the loop, as those of uvloop may go off a millisecond early."""

    def steady(self) -> float:
        return super().steady() * 0.99


@pytest.mark.parametrize("clock", [LoopClock(), SlowClock()])
async def test_the_only_one_that_says_nothing_has_failed(clock: LoopClock) -> None:
    it = Models(known=1, clock=clock)
    for _ in range(5):
        it.one.add([asyncio.Event()])
        with pytest.raises(Timeout):
            await it.text()
    assert len(it.one.cancelled) == 5
    assert it.route.state("one") is BreakerState.OPEN
    assert it.supervisor.running == 0


async def test_the_last_one_that_says_nothing_has_failed() -> None:
    it = Models(known=2, clock=SlowClock())
    it.one.add([AWAY])
    it.two.add([asyncio.Event()])
    with pytest.raises(Timeout):
        await it.text()
    assert it.two.cancelled == [ASKED]


async def test_the_only_one_is_asked_at_once() -> None:
    it = Models(known=1)
    it.one.add(says("Hola."))
    asked = asyncio.ensure_future(it.text())
    await asyncio.sleep(0)
    assert it.one.questions == [ASKED]
    assert await asked == "Hola."


async def test_a_fault_of_ours_that_looks_like_lateness_is_still_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    it = Models(known=1)

    async def answer(_: Question) -> AsyncIterator[BrainEvent]:
        raise TimeoutError("a fault of ours")
        yield

    monkeypatch.setattr(it.one, "answer", answer)
    with pytest.raises(TimeoutError, match="a fault of ours"):
        await it.text()


async def test_whoever_gives_up_the_only_one_cancels_its_request() -> None:
    it = Models(known=1)
    it.one.add([asyncio.Event()])
    asked = asyncio.ensure_future(it.text())
    await asyncio.sleep(0.1)
    asked.cancel()
    await asyncio.wait([asked])
    assert asked.cancelled()
    assert it.one.cancelled == [ASKED]


async def test_a_hedge_is_no_failure_of_the_one_that_was_asked_beside(it: Models) -> None:
    slow = asyncio.Event()
    asyncio.get_running_loop().call_later(1.3, slow.set)
    for _ in range(4):
        it.one.add([slow, *says("Hola.")])
        it.two.add([asyncio.Event()])
        await it.text()
        slow.clear()
        asyncio.get_running_loop().call_later(1.3, slow.set)
    assert it.route.state("two") is BreakerState.CLOSED


async def test_the_first_two_are_kept_warm_and_all_are_closed(it: Models) -> None:
    await it.chain.warm()
    assert (it.one.warmed, it.two.warmed, it.three.warmed) == (1, 1, 0)
    await it.chain.aclose()
    assert [brain.closed for brain in (it.one, it.two, it.three)] == [True, True, True]
