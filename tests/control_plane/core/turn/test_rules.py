"""The table of the rules; what they do is in the tests of the machine."""

from typing import get_args

from control_plane.core.turn.events import TurnEvent
from control_plane.core.turn.floor import Floor
from control_plane.core.turn.rules import RULES


def test_every_event_is_decided_on_every_floor() -> None:
    assert set(RULES) == set(Floor)
    for floor in Floor:
        assert set(RULES[floor]) == set(get_args(TurnEvent))


def test_only_silence_is_listened_to_for_the_end_of_a_turn() -> None:
    ending = {"voice_off", "take_final", "utterance_ended"}
    for floor in (Floor.SPEAKING, Floor.PAUSED):
        assert not ending & {rule.__name__ for rule in RULES[floor].values()}  # type: ignore[attr-defined]
