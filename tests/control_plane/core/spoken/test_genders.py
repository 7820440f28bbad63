"""The gender of what is counted."""

import pytest

from control_plane.core.spoken.genders import gender, gender_after


@pytest.mark.parametrize(
    ("noun", "expected"),
    [
        ("personas", "f"), ("citas", "f"), ("noches", "f"), ("veces", "f"), ("opciones", "f"), ("unidades", "f"),
        ("pesos", "m"), ("días", "m"), ("problemas", "m"), ("clientes", "m"), ("Lugares", "m"), ("camiones", "m"),
        ("de", ""), ("y", ""), ("para", ""),
    ],
)  # fmt: skip
def test_a_noun_has_a_gender(noun: str, expected: str) -> None:
    assert gender(noun) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1 hora", "f"), ("1 peso", "m"), ("1", ""), ("1, hora", ""), ("1 de mayo", ""), ("1 correo@x", "")],
)
def test_only_a_word_that_follows_is_counted(text: str, expected: str) -> None:
    assert gender_after(text, 1, begin=0) == expected


def test_a_number_that_names_something_counts_nothing() -> None:
    assert gender_after("opción 1 cuesta", 8, begin=7) == ""
