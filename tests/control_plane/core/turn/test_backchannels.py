"""The vocabulary of listening."""

import pytest

from control_plane.core.turn.backchannels import PICK_UP, backchannels, consists_of, spoken_words

SPANISH = ["Ajá", "AJÁ...", "sí", "Sííí", "mhm", "mmm", "ok", "Okay.", "claro", "vale, vale", "ya", "De acuerdo, sí"]
ENGLISH = ["uh-huh", "Uh huh", "yeah", "right", "mm-hmm", "I see", "that's right", "All right, got it"]
REAL = ["no", "sí pero no", "espere", "wait", "perro", "claro que no", "ya no", "de"]


@pytest.mark.parametrize("text", SPANISH)
def test_spanish_backchannels_are_known(text: str) -> None:
    assert consists_of(spoken_words(text), backchannels("es"))


@pytest.mark.parametrize("text", ENGLISH)
def test_english_backchannels_are_known(text: str) -> None:
    assert consists_of(spoken_words(text), backchannels("en-US"))


@pytest.mark.parametrize("language", ["es", "en", "multi"])
@pytest.mark.parametrize("text", REAL)
def test_real_words_are_no_backchannels(text: str, language: str) -> None:
    assert not consists_of(spoken_words(text), backchannels(language))


def test_another_language_knows_those_of_all() -> None:
    assert consists_of(spoken_words("sí yeah"), backchannels("multi"))
    assert not consists_of(spoken_words("yeah"), backchannels("es"))


def test_words_are_folded() -> None:
    assert spoken_words("¡Ajá! Sí, uh-huh… año 22") == ("aja", "si", "uhuh", "ano", "22")
    assert spoken_words(" ¿? ") == ()


def test_a_long_row_of_backchannels_is_read_quickly() -> None:
    assert consists_of(spoken_words("ajá " * 5000), backchannels("es"))
    assert not consists_of(spoken_words("buenos días " * 2000 + "perro"), PICK_UP)


def test_an_empty_row_consists_of_anything() -> None:
    assert consists_of((), frozenset())
