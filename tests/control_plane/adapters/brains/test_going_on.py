"""The instruction to go on."""

from control_plane.adapters.brains.going_on import to_go_on


def test_the_words_said_so_far_stand_in_it_as_they_are() -> None:
    assert '"Uno, {dos},"' in to_go_on("Uno, {dos},")
