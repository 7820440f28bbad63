"""What one caller's pauses teach."""

from control_plane.core.turn.pauses import Pauses


def test_nothing_is_expected_of_a_stranger() -> None:
    assert Pauses().usual_s == 0.0


def test_long_pauses_are_expected_of_who_makes_them() -> None:
    pauses = Pauses()
    for pause_s in (0.9, 0.8, 1.0):
        pauses.learn(pause_s)
    assert 1.0 < pauses.usual_s < 1.3


def test_a_breath_and_a_long_absence_teach_nothing() -> None:
    pauses = Pauses()
    pauses.learn(0.1)
    pauses.learn(20.0)
    assert pauses.usual_s == 0.0


def test_old_habits_are_forgotten() -> None:
    pauses = Pauses()
    pauses.learn(2.0)
    for _ in range(8):
        pauses.learn(0.4)
    assert pauses.usual_s < 0.6
