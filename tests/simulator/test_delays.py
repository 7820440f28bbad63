"""Delays: fixed numbers stay as they are, distributions are drawn from, repeatably."""

from statistics import median, quantiles

import pytest
from aiohttp import ClientSession

from simulator.app import start
from simulator.delays import Draws, Spread, read_delay
from simulator.settings import Delays, Settings

FINAL = Spread(p50=47, p95=98)


def test_a_fixed_number_is_itself() -> None:
    assert Draws(1).of("deepgram_final_ms", 250) == 250


def test_half_of_the_draws_lie_below_p50_and_95_of_100_below_p95() -> None:
    draws = Draws(1)
    drawn = [draws.of("deepgram_final_ms", FINAL) for _ in range(4000)]
    assert min(drawn) > 0
    assert median(drawn) == pytest.approx(47, rel=0.05)
    assert quantiles(drawn, n=20)[-1] == pytest.approx(98, rel=0.1)


def test_one_seed_gives_one_sequence_whatever_else_is_drawn() -> None:
    alone, among = Draws(7), Draws(7)
    expected = [alone.of("llm_first_token_ms", FINAL) for _ in range(5)]
    drawn = []
    for _ in range(5):
        among.of("llm_token_ms", FINAL)
        drawn.append(among.of("llm_first_token_ms", FINAL))
    assert drawn == expected
    assert Draws(8).of("llm_first_token_ms", FINAL) != expected[0]


def test_p50_and_p95_may_be_the_same() -> None:
    assert Draws(1).of("x", Spread(p50=5, p95=5)) == 5


@pytest.mark.parametrize(
    "value",
    [-1, True, "5", None, {"p50": 5}, {"p50": 9, "p95": 5}, {"p50": 0, "p95": 5}, {"p50": "1", "p95": 5}],
)
def test_what_is_no_delay_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"delay|p50"):
        read_delay(value, may_spread=True)


async def test_a_distribution_is_set_and_shown_like_a_number() -> None:
    running = await start(Settings(port=0, delays=Delays(llm_token_ms=Spread(p50=1, p95=2))))
    url = f"{running.url}/sim/delays"
    try:
        async with ClientSession() as http:
            change = {"deepgram_final_ms": {"p50": 47, "p95": 98}, "llm_first_token_ms": 300}
            async with http.patch(url, json=change) as response:
                shown = await response.json()
            assert shown["deepgram_final_ms"] == {"p50": 47, "p95": 98}
            assert shown["llm_first_token_ms"] == 300
            assert shown["llm_token_ms"] == {"p50": 1, "p95": 2}
            assert running.state.delays.deepgram_final_ms == FINAL
            assert 0.01 < running.state.delay_s("deepgram_final_ms") < 0.5
            async with http.patch(url, json={"telnyx_rest_s": {"p50": 1, "p95": 2}}) as response:
                assert response.status == 400
    finally:
        await running.stop()
