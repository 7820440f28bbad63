"""Signs that are not spoken, and those with a name."""

import re

import pytest

from control_plane.core.spoken.marks import MARKS
from control_plane.core.spoken.speech import speakable

SPANISH = {
    "**Hola** María": "Hola María",
    "_Hola_ `María`": "Hola María",
    "snake_case": "snake_case",
    "# Precios": "Precios",
    "- Corte": "Corte",
    "• Corte": "Corte",
    "* Corte": "Corte",
    "> Nota": "Nota",
    "1. Corte": "uno. Corte",
    "Hola 😊 amigo": "Hola amigo",
    "Hola 😊.": "Hola.",
    "😊 Hola": "Hola",
    "Gracias 👍🏽🎉": "Gracias",
    "vea [la carta](https://a.com/b) aquí": "vea la carta aquí",
    "sí<br>no": "sí no",
    "corte | $5": "corte, cinco pesos",
    "a*b": "a b",
    "Q&A": "Q y A",
    "pan & café": "pan y café",
    "#5": "número cinco",
    "#A-1029": "número A uno cero dos nueve",
    "#hola": "#hola",
    "-5": "menos cinco",
    "+18": "más dieciocho",
    "18+": "dieciocho más",
    "2 + 2 = 4": "dos más dos igual a cuatro",
    "50/50": "cincuenta diagonal cincuenta",
    "lunes-viernes — sí": "lunes-viernes — sí",
    "¿Qué tal, «amigo»? (bien)": "¿Qué tal, «amigo»? (bien)",
}
ENGLISH = {
    "**Bold** and [link](https://x.com/y) 👍 done": "Bold and link done",
    "A&B": "A and B",
    "#1": "number one",
    "3-5 days": "three to five days",
    "1 + 1 = 2": "one plus one equals two",
}


@pytest.mark.parametrize(("written", "spoken"), SPANISH.items())
def test_a_sign_is_said_or_left_out_in_spanish(written: str, spoken: str) -> None:
    assert speakable(written, "es").text == spoken


@pytest.mark.parametrize(("written", "spoken"), ENGLISH.items())
def test_a_sign_is_said_or_left_out_in_english(written: str, spoken: str) -> None:
    assert speakable(written, "en").text == spoken


def test_letters_and_usual_punctuation_are_no_marks() -> None:
    assert re.search(MARKS, "¿Cómo está, señora? «Bien», dijo: (sí); ¡gracias! ñandú") is None
