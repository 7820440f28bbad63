"""Which digits were dictated."""

import pytest

from control_plane.core.turn.dictated import dictated, digits_in


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("55 12 34", 6),
        ("cincuenta y cinco doce treinta y cuatro", 6),
        ("five five five, oh one four two", 7),
        ("double seven three", 3),
        ("doble cero siete", 3),
        ("ciento cinco", 3),
        ("forty two", 2),
        ("cuarenta y ya", 2),
        ("no me acuerdo", 0),
        ("", 0),
    ],
)
def test_words_and_figures_count(text: str, digits: int) -> None:
    assert digits_in(text) == digits


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("treinta y cuatro, seiscientos doce", "34612"),
        ("ciento treinta y cuatro", "134"),
        ("mil novecientos ochenta", "980"),
        ("cincuenta y cinco, 12", "5512"),
        ("cien 5", "1005"),
        ("double seven, oh, veintiuno", "77021"),
        ("+34 600", "34600"),
    ],
)
def test_words_and_figures_are_the_digits_they_stand_for(text: str, digits: str) -> None:
    assert dictated(text) == digits
