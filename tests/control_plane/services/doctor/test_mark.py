"""Only who has the installation's secret can say that a webhook is the doctor's."""

import pytest

from control_plane.services.doctor.mark import VALID_S, Mark
from control_plane.testing.clock import FakeClock


def test_processes_with_one_secret_know_each_others_mark_for_a_minute() -> None:
    clock = FakeClock()
    made = Mark(b"secret", clock).make()
    other = Mark(b"secret", clock)
    assert other.holds(made)
    clock.advance(VALID_S)
    assert other.holds(made)
    clock.advance(1.0)
    assert not other.holds(made)


def test_nobody_else_makes_a_mark() -> None:
    clock = FakeClock()
    ours = Mark(b"secret", clock)
    at, _, seal = ours.make().partition(".")
    assert not Mark(b"another", clock).holds(ours.make())
    assert not ours.holds(f"{int(at) + 1}.{seal}")


@pytest.mark.parametrize("text", ["", ".", "1", "x.y", "1.ñ", "\ud800.\ud800", "٣.", "-1.00", "9" * 5000 + "."])
def test_anything_else_is_no_mark(text: str) -> None:
    assert not Mark(b"secret", FakeClock()).holds(text)
