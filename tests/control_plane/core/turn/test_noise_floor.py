"""The noise floor follows quiet at once and noise slowly."""

from control_plane.core.turn.noise_floor import NoiseFloor


def after(floor: NoiseFloor, *levels: int) -> int:
    for level in levels:
        floor.follow(level)
    return floor.level


def test_an_unknown_line_is_taken_for_silent() -> None:
    assert NoiseFloor(frames=100).level == 0


def test_steady_noise_becomes_the_floor_when_nothing_quieter_is_remembered() -> None:
    floor = NoiseFloor(frames=100)
    assert after(floor, *[600] * 99) == 0
    assert after(floor, 600) == 600


def test_one_quiet_frame_lowers_the_floor_at_once() -> None:
    floor = NoiseFloor(frames=20)
    after(floor, *[600] * 20)
    assert after(floor, 200) == 200
    assert after(floor, *[600] * 14) == 200


def test_speech_with_dips_does_not_lift_the_floor() -> None:
    floor = NoiseFloor(frames=100)
    assert after(floor, *([5000] * 12 + [30] + [4000] * 12) * 40) == 30


def test_it_says_when_the_floor_moved() -> None:
    floor = NoiseFloor(frames=4)
    assert [floor.follow(level) for level in (9, 9, 9, 9, 9, 5, 7)] == [False, False, False, True, False, True, False]


def test_a_floor_may_remember_a_single_frame() -> None:
    floor = NoiseFloor(frames=1)
    assert after(floor, 9, 9, 9, 9) == 9
