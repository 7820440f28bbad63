"""English numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_plane.core.spoken.figures import Figure
from control_plane.core.spoken.numbers_en import LARGEST, cardinal, decade, digits, ordinal, said, year


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "zero"), (13, "thirteen"), (21, "twenty-one"), (100, "one hundred"), (115, "one hundred fifteen"),
        (1000, "one thousand"), (12_345, "twelve thousand three hundred forty-five"), (1_000_000, "one million"),
        (2_000_000_001, "two billion one"),
    ],
)  # fmt: skip
def test_a_number_has_words(number: int, words: str) -> None:
    assert cardinal(number) == words


@given(st.integers(0, LARGEST * 10))
def test_every_number_is_words_and_nothing_else(number: int) -> None:
    assert cardinal(number).replace(" ", "").replace("-", "").isalpha()


@pytest.mark.parametrize(
    ("number", "words"),
    [(1, "first"), (2, "second"), (12, "twelfth"), (20, "twentieth"), (21, "twenty-first"), (100, "one hundredth")],
)
def test_an_ordinal_has_words(number: int, words: str) -> None:
    assert ordinal(number) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (2026, "twenty twenty-six"), (1999, "nineteen ninety-nine"), (1905, "nineteen oh five"),
        (1900, "nineteen hundred"), (2000, "two thousand"), (2008, "two thousand eight"), (2010, "twenty ten"),
    ],
)  # fmt: skip
def test_a_year_is_said_in_halves(number: int, words: str) -> None:
    assert year(number) == words


def test_a_decade_is_many_years() -> None:
    assert (decade(1990), decade(80), decade(2010)) == ("nineteen nineties", "eighties", "twenty tens")


def test_decimals_are_said_one_by_one() -> None:
    assert said(Figure(whole="3", fraction="14", mark=".")) == "three point one four"
    assert digits("407") == "four zero seven"
