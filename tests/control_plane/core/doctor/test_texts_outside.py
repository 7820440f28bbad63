"""What lies outside has codes of its own."""

from control_plane.core.doctor.texts import INSIDE
from control_plane.core.doctor.texts_outside import OUTSIDE


def test_no_code_means_two_things() -> None:
    assert not INSIDE.keys() & OUTSIDE.keys()
