"""What the agent's own words ask for."""

import pytest

from control_plane.core.turn.asked import asked
from control_plane.core.turn.hints import NO_HINT, Expected, Hint


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("¿La quiere grande o chica?", Expected.CHOICE),
        ("Do you want it delivered or will you pick it up?", Expected.CHOICE),
        ("¿Me da su número de póliza?", Expected.DIGITS),
        ("What's your order number?", Expected.DIGITS),
        ("¿A qué correo se lo mando?", Expected.EMAIL),
        ("And your email address?", Expected.EMAIL),
        ("¿Me lo deletrea, por favor?", Expected.SPELLING),
        ("Could you spell that for me?", Expected.SPELLING),
        ("¿A nombre de quién?", Expected.NAME),
        ("May I have your name, please?", Expected.NAME),
        ("¿A qué dirección lo llevamos?", Expected.ADDRESS),
        ("Cuénteme, ¿qué pasó?", Expected.STORY),
        ("Sorry to hear that. What happened?", Expected.STORY),
        ("Su pedido sale mañana.", Expected.NOTHING),
        ("¿Su nombre? Gracias, ya lo tengo.", Expected.NOTHING),
        ("Dígame su nombre, por favor.", Expected.NAME),
        ("Necesito su correo.", Expected.EMAIL),
    ],
)
def test_the_last_sentence_says_what_is_expected(said: str, expected: Expected) -> None:
    assert asked(said).expected is expected


@pytest.mark.parametrize(
    "said",
    [
        "Buenas, ¿en qué le puedo ayudar?",
        "Hello, how can I help you?",
        "¿Algo más?",
        "Is there anything else I can do?",
        "¿De qué tamaño la quiere y con qué ingredientes?",
        "¿Qué le duele?",
        "Why is that?",
        "Claro. ¿Quiere que se la reserve?",
        "Very well. Would you like a receipt?",
        "¿Para qué día la quiere?",
        "How many nights will you stay?",
        "Does it make a sound when you turn the key?",
        "Dígame.",
        "",
    ],
)
def test_an_open_question_or_two_in_one_are_no_hint(said: str) -> None:
    assert asked(said) == NO_HINT


def test_how_long_the_answer_has_to_be_goes_with_it() -> None:
    assert asked("¿Su fecha de nacimiento?") == Hint(expected=Expected.DIGITS, length=4, longest=8)
    assert asked("¿Cuál es su nombre completo?") == Hint(expected=Expected.NAME, length=2)


def test_a_telephone_number_has_nine_or_ten_digits_and_may_have_a_prefix_before_them() -> None:
    hint = asked("¿A qué teléfono le llamamos?")
    assert (hint.expected, hint.length, hint.longest) == (Expected.DIGITS, 9, 10)
    assert set(hint.prefixes) == {"34", "52", "57", "1"}


def test_the_words_of_alternatives_and_offers_are_told() -> None:
    assert asked("¿Es la azul de montaña o la de carrera?").options == {"azul", "montana", "carrera"}
    assert {"vainilla", "fresa"} <= asked("Tenemos vainilla y fresa.").options
