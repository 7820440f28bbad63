"""What was asked for says when an answer is whole."""

import pytest

from control_plane.core.turn.endings import Ending
from control_plane.core.turn.hints import NO_HINT, Expected, Hint, advised

UNCLEAR, OPEN, COMPLETE = Ending.UNCLEAR, Ending.OPEN, Ending.COMPLETE
YES_NO, NOTHING = Hint(expected=Expected.YES_NO), Hint(expected=Expected.NOTHING)
NAME, FULL_NAME = Hint(expected=Expected.NAME), Hint(expected=Expected.NAME, length=2)
DIGITS = Hint(expected=Expected.DIGITS)
TELEPHONE = Hint(expected=Expected.DIGITS, length=9, longest=10, prefixes=("34", "52", "57", "1"))
EMAIL, WHEN = Hint(expected=Expected.EMAIL), Hint(expected=Expected.WHEN)
NUMBER, STORY = Hint(expected=Expected.NUMBER), Hint(expected=Expected.STORY)
SPELLING, ADDRESS = Hint(expected=Expected.SPELLING), Hint(expected=Expected.ADDRESS)
CHOICE = Hint(expected=Expected.CHOICE, options=frozenset({"azul", "carrera"}))
OFFER = Hint(expected=Expected.NOTHING, options=frozenset({"palitos", "queso", "pan", "ajo"}))


@pytest.mark.parametrize(
    ("hint", "text", "usual", "advice"),
    [
        (NO_HINT, "el martes", UNCLEAR, UNCLEAR),
        (YES_NO, "sí, es la primera", UNCLEAR, COMPLETE),
        (YES_NO, "no, nada", UNCLEAR, COMPLETE),
        (YES_NO, "yes, for one car", UNCLEAR, COMPLETE),
        (YES_NO, "sí", UNCLEAR, COMPLETE),
        (YES_NO, "eso mismo", UNCLEAR, COMPLETE),
        (YES_NO, "sí pero", OPEN, OPEN),
        (YES_NO, "the grey one over there", UNCLEAR, UNCLEAR),
        (YES_NO, "la verdad es que no estoy seguro", UNCLEAR, UNCLEAR),
        (NOTHING, "perfecto, ahí nos vemos", UNCLEAR, COMPLETE),
        (NOTHING, "pagué con una tarjeta", UNCLEAR, UNCLEAR),
        (OFFER, "los palitos de queso", UNCLEAR, COMPLETE),
        (OFFER, "el pan", UNCLEAR, UNCLEAR),
        (CHOICE, "la azul", UNCLEAR, COMPLETE),
        (CHOICE, "la azul y la", OPEN, OPEN),
        (CHOICE, "ninguna de las dos", UNCLEAR, UNCLEAR),
        (WHEN, "el viernes", UNCLEAR, COMPLETE),
        (WHEN, "a las nueve", UNCLEAR, COMPLETE),
        (WHEN, "del quince", UNCLEAR, UNCLEAR),
        (WHEN, "cuando usted pueda", UNCLEAR, UNCLEAR),
        (WHEN, "", UNCLEAR, UNCLEAR),
        (NUMBER, "hace como dos semanas", UNCLEAR, COMPLETE),
        (NUMBER, "muchas", UNCLEAR, UNCLEAR),
        (Hint(expected=Expected.NUMBER, length=2), "cuatro", UNCLEAR, OPEN),
        (DIGITS, "55 12", UNCLEAR, OPEN),
        (DIGITS, "dos dos ocho cuatro uno siete", UNCLEAR, UNCLEAR),
        (DIGITS, "no lo tengo a la mano", UNCLEAR, UNCLEAR),
        (Hint(expected=Expected.DIGITS, length=4), "55 12", UNCLEAR, COMPLETE),
        (TELEPHONE, "cincuenta y cinco doce treinta y cuatro", UNCLEAR, OPEN),
        (TELEPHONE, "cincuenta y cinco doce treinta y cuatro cincuenta y seis setenta y ocho", UNCLEAR, COMPLETE),
        (TELEPHONE, "¿55?", COMPLETE, COMPLETE),
        (EMAIL, "daniel punto rojas", UNCLEAR, UNCLEAR),
        (EMAIL, "daniel arroba ejemplo", UNCLEAR, OPEN),
        (EMAIL, "daniel arroba ejemplo punto com", UNCLEAR, COMPLETE),
        (NAME, "Ana con A N", UNCLEAR, OPEN),
        (NAME, "A nombre de Ana Gómez", UNCLEAR, COMPLETE),
        (NAME, "Está a nombre de mi esposa", UNCLEAR, UNCLEAR),
        (NAME, "It's Sanders.", UNCLEAR, COMPLETE),
        (FULL_NAME, "Me llamo Rogelio", UNCLEAR, OPEN),
        (FULL_NAME, "Me llamo Rogelio Ruiz", UNCLEAR, COMPLETE),
        (SPELLING, "C A L D", UNCLEAR, OPEN),
        (SPELLING, "no hace falta", UNCLEAR, UNCLEAR),
        (ADDRESS, "Calle Morelos", UNCLEAR, OPEN),
        (ADDRESS, "Calle Morelos número dos", UNCLEAR, UNCLEAR),
        (STORY, "me caí en la calle", UNCLEAR, OPEN),
        (STORY, "¿me escucha?", COMPLETE, COMPLETE),
    ],
)
def test_the_hint_decides_over_the_words(hint: Hint, text: str, usual: Ending, advice: Ending) -> None:
    assert advised(hint, text, usual=usual) is advice


@pytest.mark.parametrize("text", ["@", "@.", "…@"])
def test_a_sign_without_any_word_is_an_unfinished_address(text: str) -> None:
    assert advised(EMAIL, text, usual=UNCLEAR) is OPEN


@pytest.mark.parametrize(
    "text",
    [
        "Bueno, mire, yo le llamaba por la factura del mes pasado",
        "Perfecto, ahí nos vemos con mi esposa y los niños",
        "Bueno, mire",
        "Ok, bueno, mire",
        "Bien, el problema",
        "Gracias, tengo otra duda",
        "Great, the other thing",
        "Okay, but listen",
    ],
)
def test_thanks_and_a_nod_before_something_else_do_not_end_the_turn(text: str) -> None:
    assert advised(NOTHING, text, usual=UNCLEAR) is UNCLEAR


@pytest.mark.parametrize(
    "text",
    [
        "34 600 12 34",
        "Treinta y cuatro, seiscientos, doce, treinta y cuatro",
        "+34 600 12 34 5",
        "00 34 600 12 34",
        "52 55 12 34 56",
        "cincuenta y siete trescientos doce trescientos",
        "1 555 123 45",
    ],
)
def test_a_telephone_number_with_a_prefix_is_unfinished_until_the_rest_is_long_enough(text: str) -> None:
    assert advised(TELEPHONE, text, usual=UNCLEAR) is OPEN


@pytest.mark.parametrize("text", ["34 600 12 34 56", "0034 600 123 456", "52 55 12 34 56 78", "1 555 123 4567"])
def test_a_telephone_number_with_a_prefix_is_complete_with_all_its_digits(text: str) -> None:
    assert advised(TELEPHONE, text, usual=UNCLEAR) is COMPLETE


def test_more_digits_than_there_can_be_say_nothing() -> None:
    assert advised(TELEPHONE, "600 123 456 78", usual=UNCLEAR) is UNCLEAR
    assert advised(Hint(expected=Expected.DIGITS, length=4), "55 12 3", usual=UNCLEAR) is UNCLEAR


def test_a_code_may_begin_like_the_prefix_of_a_country() -> None:
    assert advised(Hint(expected=Expected.DIGITS, length=4), "34 56", usual=UNCLEAR) is COMPLETE
