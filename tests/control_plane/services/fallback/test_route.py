"""Who is asked: a bot's own model and a bot's invented names trouble nobody else."""

import pytest
from structlog.testing import capture_logs

from control_plane.core.breaker import BreakerState
from control_plane.observability.metrics import Metrics
from control_plane.ports.errors import Misconfigured, ProviderError, RateLimited, Timeout
from control_plane.services.fallback import route as routes
from control_plane.services.fallback.route import COMPLAINTS, Attempt, Route, Wanted
from tests.virtual_time import LoopClock

VIRTUAL_TIME = True

OWN = Wanted(names=("one",), special=True, model="slow")


@pytest.fixture
async def route() -> Route[str]:
    return Route("brain", [("one", "first"), ("two", "second")], clock=LoopClock(), metrics=Metrics(version="test"))


def asked(route: Route[str], wanted: Wanted) -> list[str]:
    return [attempt.name for attempt in route.attempts(wanted)]


def fail(route: Route[str], wanted: Wanted, *, error: ProviderError, times: int = 3) -> None:
    for _ in range(times):
        next(route.attempts(wanted)).failed(error)


@pytest.mark.parametrize("error", [Timeout("one", "late"), RateLimited("one", "no quota")])
async def test_a_bots_own_model_that_is_slow_or_without_quota_shuts_out_nobody_else(
    route: Route[str], error: ProviderError
) -> None:
    own = Wanted(special=True, model="slow")
    fail(route, own, error=error)
    assert route.state("one") is BreakerState.CLOSED
    assert asked(route, Wanted()) == ["one", "two"]
    assert asked(route, Wanted(special=True, model="quick")) == ["one", "two"]
    assert asked(route, own) == ["two", "one"]


async def test_the_model_of_a_bot_counts_at_the_first_of_its_order_alone(route: Route[str]) -> None:
    wanted = Wanted(names=("one", "two"), special=True, model="slow")
    for _ in range(3):
        list(route.attempts(wanted))[1].failed(Timeout("two", "late"))
    assert route.state("two") is BreakerState.OPEN


async def test_without_a_model_of_its_own_a_bots_time_outs_count_for_everybody(route: Route[str]) -> None:
    fail(route, Wanted(names=("one",)), error=Timeout("one", "late"))
    assert route.state("one") is BreakerState.OPEN


async def test_a_provider_that_is_away_for_everybody_is_away_for_a_bots_own_model(route: Route[str]) -> None:
    own = Wanted(special=True, model="slow")
    assert asked(route, own) == ["one", "two"]
    fail(route, Wanted(), error=Misconfigured("one", "wrong key"), times=1)
    assert asked(route, own) == ["two", "one"]


async def test_of_too_many_models_the_one_asked_longest_ago_is_forgotten(
    route: Route[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "OWN_BREAKERS", 2)
    slow, other, third = (Wanted(special=True, model=model) for model in ("slow", "other", "third"))
    for wanted in (slow, other):
        fail(route, wanted, error=Timeout("one", "late"))
    assert asked(route, slow) == ["two", "one"]
    asked(route, third)
    assert asked(route, slow) == ["two", "one"]
    assert asked(route, other) == ["one", "two"]


async def test_a_refusal_is_told_even_after_bots_have_invented_any_number_of_names(route: Route[str]) -> None:
    with capture_logs() as lines:
        for number in range(COMPLAINTS + 5):
            asked(route, Wanted(names=(f"nobody-{number}",)))
        for _ in range(2):
            fail(route, Wanted(avoid="two", alone=True), error=Misconfigured("one", "wrong key"), times=1)
    told = [line["event"] for line in lines]
    assert told.count("a bot names a provider that is not set up") == COMPLAINTS
    assert told.count("a provider refuses, see to its settings") == 1


async def test_an_answer_of_a_bots_own_model_is_asked_of_the_right_provider(route: Route[str]) -> None:
    async def answer(attempt: Attempt[str]) -> str:
        return attempt.adapter

    attempt, said = await route.ask(OWN, answer)
    assert (attempt.name, attempt.first, said) == ("one", True, "first")
