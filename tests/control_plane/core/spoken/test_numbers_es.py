"""Spanish numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_plane.core.spoken.figures import Figure
from control_plane.core.spoken.numbers_es import LARGEST, cardinal, digits, ordinal, said


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "cero"), (16, "dieciséis"), (21, "veintiuno"), (31, "treinta y uno"), (100, "cien"), (101, "ciento uno"),
        (500, "quinientos"), (999, "novecientos noventa y nueve"), (1000, "mil"), (1100, "mil cien"),
        (21_000, "veintiún mil"), (100_000, "cien mil"), (101_000, "ciento un mil"), (1_000_000, "un millón"),
        (21_000_000, "veintiún millones"), (1_000_000_000, "mil millones"),
        (LARGEST, "uno cero cero cero cero cero cero cero cero cero cero cero cero"),
    ],
)  # fmt: skip
def test_a_number_has_words(number: int, words: str) -> None:
    assert cardinal(number) == words


@pytest.mark.parametrize(
    ("number", "masculine", "feminine"),
    [
        (1, "un", "una"),
        (21, "veintiún", "veintiuna"),
        (31, "treinta y un", "treinta y una"),
        (11, "once", "once"),
        (200, "doscientos", "doscientas"),
        (221_000, "doscientos veintiún mil", "doscientas veintiún mil"),
        (500_001, "quinientos mil un", "quinientas mil una"),
        (1_000_001, "un millón un", "un millón una"),
    ],
)
def test_a_number_has_the_gender_of_what_it_counts(number: int, masculine: str, feminine: str) -> None:
    assert (cardinal(number, "m"), cardinal(number, "f")) == (masculine, feminine)


@given(st.integers(0, LARGEST * 10), st.sampled_from(["", "m", "f"]))
def test_every_number_is_words_and_nothing_else(number: int, gender: str) -> None:
    assert cardinal(number, gender).replace(" ", "").isalpha()


@pytest.mark.parametrize(
    ("number", "gender", "words"),
    [
        (1, "m", "primero"),
        (3, "f", "tercera"),
        (12, "m", "duodécimo"),
        (21, "f", "vigésima primera"),
        (100, "m", "cien"),
    ],
)
def test_an_ordinal_has_words(number: int, gender: str, words: str) -> None:
    assert ordinal(number, gender) == words


def test_an_ordinal_before_its_noun_is_shortened() -> None:
    assert [ordinal(number, shortened=True) for number in (1, 3, 13, 5)] == [
        "primer",
        "tercer",
        "décimo tercer",
        "quinto",
    ]


def test_decimals_are_said_with_the_mark_they_were_written_with() -> None:
    assert said(Figure(whole="3", fraction="5", mark=",")) == "tres coma cinco"
    assert said(Figure(whole="3", fraction="5", mark=".")) == "tres punto cinco"


def test_digits_are_said_one_by_one() -> None:
    assert digits("407") == "cuatro cero siete"
