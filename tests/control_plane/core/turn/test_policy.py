"""The numbers of taking turns."""

from control_plane.core.turn.policy import TurnPolicy


def test_a_false_alarm_is_recognised_before_the_pause_limit() -> None:
    policy = TurnPolicy()
    assert policy.answer_window_s < policy.false_alarm_s < policy.pause_limit_s < policy.no_input_s


def test_policies_are_values() -> None:
    assert TurnPolicy(language="en") == TurnPolicy(language="en")
