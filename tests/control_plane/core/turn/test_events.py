"""What a conversation perceives."""

from typing import get_args

import pytest

from control_plane.core.turn.events import AgentPaused, FinalHeard, SpeechStarted, TurnEvent
from control_plane.core.turn.machine import RULES, Floor


@pytest.mark.parametrize("floor", Floor)
@pytest.mark.parametrize("kind", get_args(TurnEvent))
def test_the_machine_has_a_rule_for_every_event_whoever_has_the_floor(floor: Floor, kind: type) -> None:
    assert kind in RULES[floor]


def test_events_are_values() -> None:
    assert SpeechStarted() == SpeechStarted()
    assert FinalHeard(text="sí", ends_speech=True) != FinalHeard(text="sí", ends_speech=False)
    assert AgentPaused(remaining_s=float("inf")).remaining_s > 1e9
