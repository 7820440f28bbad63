"""Whole calls in which something fails: they go on, end in order, and nobody waits in silence.

Each call has a world of its own; they are played several at a time before the first test looks at its outcome.
"""

import asyncio
from pathlib import Path

import pytest

from tests.stack.fault_scenarios import SCENARIOS
from tests.stack.faulty import Outcome, Scenario, play_together

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]

SILENCE_MS = 2500
BUSY_MS = 500
"""What a busy machine may add: all calls of these tests share one process."""


@pytest.fixture(scope="module")
def outcomes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """Of the scenarios that are asked for. What one of them raised is raised in its own test."""
    chosen = [item.callspec.params["scenario"] for item in request.session.items if item.path == Path(__file__)]
    folder = tmp_path_factory.mktemp("faults")
    return asyncio.run(play_together(chosen, folder))


@pytest.mark.parametrize("scenario", SCENARIOS, ids=[scenario.name.replace(" ", "-") for scenario in SCENARIOS])
def test_the_conversation_goes_on_and_ends_in_order(
    scenario: Scenario, outcomes: dict[str, Outcome | BaseException]
) -> None:
    outcome = outcomes[scenario.name]
    if isinstance(outcome, BaseException):
        raise outcome
    call, far_end = outcome.call, outcome.far_end
    print(f"{scenario.name}: longest silence {outcome.silence_ms:.0f} ms; heard: {outcome.heard}")
    print(f"said: {outcome.said_words}; understood: {outcome.caller_words}")
    assert {(fault.target, fault.kind) for fault in scenario.faults} <= set(outcome.taken)
    assert (call["hangup_cause"], far_end["line_closed"]) == ("normal", True)
    assert far_end["hung_up_by"] in ((scenario.ends,) if scenario.ends else ("gateway", "caller"))
    assert (call["state"], call["mode"]) == ("ended", scenario.mode)
    assert [turn["said"] for turn in far_end["turns"] if turn["bot_audible_at"] is None] == []
    assert len(far_end["turns"]) == 2
    assert [text for text in scenario.hears if text not in outcome.heard] == []
    if scenario.whole:
        assert [word for word in outcome.said_words.split() if word not in outcome.caller_words.split()] == []
    assert far_end["client_faults"] == []
    assert outcome.silence_ms <= SILENCE_MS + BUSY_MS, far_end["silences"]
