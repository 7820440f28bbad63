"""Texts are compared by their letters."""

from simulator.letters import letters, plain


def test_only_letters_and_digits_without_accents_remain() -> None:
    assert letters("¿Qué día, María? 4:30") == "quediamaria430"


def test_the_letters_of_parts_are_the_letters_of_the_whole() -> None:
    text = "Mañana, a las 4 — ¡perfecto! Straße"
    assert "".join(letters(text[at : at + 3]) for at in range(0, len(text), 3)) == letters(text)


def test_plain_text_keeps_its_places() -> None:
    text = "ÁRBOL, Ñandú ßtraße"
    assert plain(text).startswith("arbol, nandu ")
    assert len(plain(text)) == len(text)
