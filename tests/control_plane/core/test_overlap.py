"""Words that two recognisers have both heard count once."""

import pytest

from control_plane.core.overlap import without_overlap


@pytest.mark.parametrize(
    ("text", "before", "new"),
    [
        ("una cita para el martes", "Quiero una cita", "para el martes"),
        ("Cita, para el martes", "quiero una cita.", "para el martes"),
        ("¿Está ahí?", "Oiga, está", "ahí?"),
        ("para el martes", "Quiero una cita", "para el martes"),
        ("una cita", "Quiero una cita", ""),
        ("sí sí", "sí", "sí"),
        ("hola", "", "hola"),
        ("", "hola", ""),
    ],
)
def test_the_beginning_that_was_heard_before_is_left_out(text: str, before: str, new: str) -> None:
    assert without_overlap(text, before) == new


def test_a_text_that_was_heard_long_before_is_said_anew() -> None:
    nine = "uno dos tres cuatro cinco seis siete ocho nueve"
    assert without_overlap(nine, nine) == nine
