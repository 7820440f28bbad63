"""How words end, and what that lets one expect."""

import pytest

from control_plane.core.turn.endings import Ending, ending


@pytest.mark.parametrize(
    "text",
    [
        "Quisiera una cita para",
        "Quiero",
        "Es que",
        "Mi número es",
        "Necesito cambiar la cita porque",
        "El martes o",
        "Bueno, este…",
        "Sí, mire,",
        "No, pero",
    ],
)
def test_an_unfinished_spanish_sentence_is_open(text: str) -> None:
    assert ending(text, "es") is Ending.OPEN


@pytest.mark.parametrize("text", ["I'd like to", "I need an appointment for", "It's about my", "Um", "Yes, but", "So,"])
def test_an_unfinished_english_sentence_is_open(text: str) -> None:
    assert ending(text, "en") is Ending.OPEN


@pytest.mark.parametrize(
    "text",
    [
        "¿A qué hora abren?",
        "No, gracias.",
        "Ajá, claro.",
        "Eso es todo, gracias.",
        "Cuánto cuesta eso",
        "Sí, hasta el martes.",
        "Por mensaje está bien.",
    ],
)
def test_what_asks_for_an_answer_is_complete(text: str) -> None:
    assert ending(text, "es") is Ending.COMPLETE


@pytest.mark.parametrize(
    "text",
    [
        "Sí.",
        "No",
        "Mañana.",
        "Como a la una.",
        "Quiero una cita.",
        "Es para mi perro.",
        "Me duele la muela.",
        "Cincuenta y cinco doce",
        "55 12",
        "",
    ],
)
def test_a_statement_may_be_all_or_not(text: str) -> None:
    assert ending(text, "es") is Ending.UNCLEAR


def test_a_full_stop_of_the_recogniser_means_nothing_and_a_question_mark_does() -> None:
    assert ending("Quiero una cita para.", "es") is Ending.OPEN
    assert ending("¿Y para el?", "es") is Ending.COMPLETE


def test_a_word_that_leads_on_in_one_language_may_end_a_sentence_in_the_other() -> None:
    assert ending("Wednesday at nine works for me.", "en") is Ending.UNCLEAR
    assert ending("El miércoles me", "es") is Ending.OPEN
    assert ending("departamento dos be", "es") is Ending.UNCLEAR
    assert ending("works for me", "multi") is Ending.OPEN


def test_an_english_answer_may_end_with_its_auxiliary() -> None:
    assert ending("Yes, I have.", "en") is Ending.UNCLEAR
    assert ending("I have", "en") is Ending.UNCLEAR
    assert ending("The doctor has", "en") is Ending.OPEN
