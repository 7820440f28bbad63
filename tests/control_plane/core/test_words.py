import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_plane.core.words import LONGEST, SNIPPET, endings, folded, grams, snippet, words


def test_case_and_accents_do_not_matter() -> None:
    assert folded("MARÍA", "Ñuñoa") == "maria nunoa"


def test_words_are_letters_and_digits_each_once() -> None:
    assert words("¡Hola, hola! +57 300-555", "snake_case") == ["hola", "57", "300", "555", "snake", "case"]


def test_words_of_any_script_are_found() -> None:
    assert words("Привет, 世界") == ["привет", "世界"]


def test_words_without_end_are_cut() -> None:
    assert words("a" * 500) == ["a" * LONGEST]


def test_endings_make_any_part_of_a_word_the_beginning_of_something() -> None:
    assert endings("López ab") == ["lopez", "opez", "pez", "ab"]


@given(st.text())
def test_no_text_is_too_strange(text: str) -> None:
    assert all(words(text)) or not words(text)
    assert isinstance(snippet([text], ["a", "é"]), str)


@pytest.mark.parametrize(
    ("text", "wanted", "found"),
    [
        ("Quiero una cita para mañana", ["manana"], "Quiero una cita para mañana"),
        ("nada de eso", ["cita"], ""),
        ("incitar", ["cita"], ""),
        ("", ["cita"], ""),
        ("cita", [], ""),
        ("İstanbul ﬁn cita", ["cita"], "İstanbul ﬁn cita"),
    ],
)
def test_a_snippet_shows_where_a_word_begins(text: str, wanted: list[str], found: str) -> None:
    assert snippet([text], wanted) == found


def test_a_long_text_is_cut_on_both_sides() -> None:
    text = "x " * 200 + "cita" + " y" * 200
    found = snippet(["nada", text], ["cita"])
    assert "cita" in found
    assert found.startswith("…")
    assert found.endswith("…")
    assert len(found) <= SNIPPET + 2


def test_what_contains_a_word_has_all_of_its_pieces() -> None:
    assert grams(["banana", "ana", "ab"]) == ["ban", "ana", "nan"]
    assert set(grams(["nan"])) <= set(grams(["banana"]))
