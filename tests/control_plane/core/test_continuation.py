"""A begun reply and its continuation are one text, whatever the second speaker repeats."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_plane.core.continuation import Continuation

BEGUN = "Claro que sí. Abrimos de lunes a "


def spoken(first: Iterable[str], second: Iterable[str]) -> tuple[str, str]:
    """(what was passed on before the break, what after it)."""
    reply = Continuation()
    before = "".join(reply.feed(piece) for piece in first)
    assert reply.broke_off() == before
    after = "".join(reply.feed(piece) for piece in second) + reply.end()
    assert reply.passed == before + after
    return before, after


def pieces(text: str, size: int = 3) -> list[str]:
    return [text[start : start + size] for start in range(0, len(text), size)]


def test_a_word_that_may_be_half_is_held_back_and_one_that_is_closed_is_not() -> None:
    reply = Continuation()
    assert [reply.feed(piece) for piece in ("Ho", "la", ", ", "Ana", ".")] == ["", "", "Hola, ", "", "Ana."]
    assert reply.end() == ""


def test_a_host_name_is_held_back_as_a_whole() -> None:
    reply = Continuation()
    assert [reply.feed(piece) for piece in ("Visite clinica.co", "m", " hoy")] == ["Visite ", "", "clinica.com "]
    assert reply.end() == "hoy"


def test_what_has_no_spaces_is_passed_on_all_the_same() -> None:
    assert Continuation().feed("話" * 41) == "話" * 41


def test_half_a_word_is_forgotten_when_a_reply_breaks_off() -> None:
    assert spoken(("Abrimos de lunes a sáb",), ("domingo.",)) == ("Abrimos de lunes a ", "domingo.")


@pytest.mark.parametrize(
    "repeated",
    [
        "",
        "Claro que sí. Abrimos de lunes a ",
        "claro que sí, abrimos de lunes a ",
        "abrimos de lunes a ",
        "lunes a ",
        "a ",
        " de lunes a ",
    ],
)
@pytest.mark.parametrize("size", [1, 3, 7, 100])
def test_what_is_said_again_is_taken_out(repeated: str, size: int) -> None:
    before, after = spoken((BEGUN,), pieces(f"{repeated}sábado, de ocho a seis.", size))
    assert before + after == f"{BEGUN}sábado, de ocho a seis."


def test_the_mark_after_a_repeated_word_comes_once() -> None:
    assert spoken(("Claro que sí.",), ("Claro que sí. Abrimos a las nueve.",))[1] == " Abrimos a las nueve."
    assert spoken(("Claro que sí ",), ("que sí, desde luego.",))[1] == ", desde luego."


def test_one_word_that_comes_again_after_a_mark_may_be_meant() -> None:
    assert spoken(("Dije que no, ",), ("no se puede.",))[1] == "no se puede."


def test_a_beginning_of_one_word_is_not_said_twice() -> None:
    assert spoken(("Hola,",), ("Hola, Juana.",))[1] == " Juana."


def test_words_that_only_look_like_a_repetition_are_passed_on() -> None:
    assert spoken((BEGUN,), ("Claro que no es así.",))[1] == "Claro que no es así."


def test_whoever_repeats_everything_and_nothing_else_says_nothing() -> None:
    assert spoken(("Claro que sí.",), ("Claro que sí.",))[1] == ""


def test_a_space_parts_the_beginning_from_what_follows_and_marks_follow_without() -> None:
    assert spoken(("Muy bien.",), ("¿Algo más?",))[1] == " ¿Algo más?"
    assert spoken(("Muy bien.",), ("Muy bien. ", "Adiós."))[1] == " Adiós."
    assert spoken(("Muy bien ",), (", gracias.",))[1] == ", gracias."


def test_a_reply_that_has_not_begun_is_not_continued() -> None:
    assert spoken(("Ho",), ("Hola.",)) == ("", "Hola.")


@pytest.mark.parametrize(
    ("begun", "continued", "whole"),
    [
        ("Su cita es la 5 5 ", "5 1 2 3.", "Su cita es la 5 5 5 1 2 3."),
        ("Es el seis seis dos ", "dos cuatro uno.", "Es el seis seis dos dos cuatro uno."),
        ("55 12 ", "12 34.", "55 12 12 34."),
        ("5 ", "5 1.", "5 5 1."),
        ("It is four oh ", "oh two.", "It is four oh oh two."),
    ],
)
@pytest.mark.parametrize("size", [1, 3, 100])
def test_whoever_goes_on_inside_a_number_loses_no_digit(begun: str, continued: str, whole: str, size: int) -> None:
    assert "".join(spoken((begun,), pieces(continued, size))) == whole


@pytest.mark.parametrize(
    ("begun", "continued", "whole"),
    [
        ("Es el 6 6 2 4 1 ", "6 6 2 4 1 8.", "Es el 6 6 2 4 1 8."),
        ("Es el 5 5 ", "el 5 5 1.", "Es el 5 5 1."),
        ("Tengo una ", "una cita.", "Tengo una cita."),
        ("El lunes o ", "o el martes.", "El lunes o el martes."),
    ],
)
def test_more_than_four_numbers_and_words_beside_them_are_a_repetition(begun: str, continued: str, whole: str) -> None:
    assert "".join(spoken((begun,), pieces(continued))) == whole


@pytest.mark.parametrize("number", ["3.50", "10:30", "1,200"])
def test_a_number_is_not_cut_at_the_mark_inside_it(number: str) -> None:
    reply = Continuation()
    assert reply.feed(f"Son {number[:-2]}") == "Son "
    assert reply.broke_off() == "Son "
    assert reply.feed(f"{number} y ") == f"{number} y "


def test_a_mark_that_ends_a_number_is_passed_on_with_what_follows_or_at_the_end() -> None:
    reply = Continuation()
    assert [reply.feed(piece) for piece in ("Son 3", ".", " ", "A las 10:")] == ["Son ", "", "3. ", "A las "]
    assert reply.end() == "10:"


@given(st.text(alphabet="ab .,:é1", max_size=30), st.integers(min_value=1, max_value=9))
def test_nothing_is_lost_of_a_reply_that_does_not_break_off(text: str, size: int) -> None:
    reply = Continuation()
    assert "".join(reply.feed(piece) for piece in pieces(text, size)) + reply.end() == text


@given(st.text(alphabet="xy z", max_size=20), st.text(alphabet="ab c.", max_size=20), st.integers(1, 9))
def test_words_that_are_no_repetition_are_all_there(first: str, second: str, size: int) -> None:
    before, after = spoken((first + " ",), pieces(second, size))
    assert after.split() == second.split()
    assert before == first + " "
