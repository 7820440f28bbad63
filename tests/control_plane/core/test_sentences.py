"""Tokens into clauses."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from control_plane.core.sentences import FIRST_MIN, LATER_MAX, ClauseSplitter


def clauses(text: str, language: str = "es", *, first: bool = False) -> list[str]:
    """The clauses of a whole text; unless `first`, of one in the middle of a reply."""
    splitter = ClauseSplitter(language)
    if not first:
        assert splitter.feed("Esto ya se dijo antes!") == ["Esto ya se dijo antes!"]
    return splitter.feed(text) + splitter.flush()


class TestFirstClause:
    @pytest.mark.parametrize(
        ("text", "parts"),
        [
            ("Claro que sí, con gusto le ayudo.", ["Claro que sí,", "con gusto le ayudo."]),
            ("Perfecto, le ayudo con eso, dígame.", ["Perfecto, le ayudo con eso,", "dígame."]),
            ("Le confirmo los datos: martes.", ["Le confirmo los datos:", "martes."]),
            ("¡Hola! ¿Cómo está usted?", ["¡Hola! ¿Cómo está usted?"]),
            ("Sí.", ["Sí."]),
            ("Son 1.500,50 pesos, señora.", ["Son 1.500,50 pesos,", "señora."]),
        ],
    )
    def test_it_is_cut_early_but_not_too_short(self, text: str, parts: list[str]) -> None:
        assert clauses(text, first=True) == parts

    def test_without_any_mark_it_is_cut_at_a_space(self) -> None:
        splitter = ClauseSplitter(first_max=30)
        assert splitter.feed("tenemos lugar el martes por la tarde y") == ["tenemos lugar el martes por la"]
        assert splitter.flush() == ["tarde y"]

    def test_after_a_flush_the_next_clause_is_a_first_one_again(self) -> None:
        splitter = ClauseSplitter()
        splitter.feed("Permítame un momento")
        assert splitter.flush() == ["Permítame un momento"]
        assert splitter.feed("Listo, ya encontré un lugar, ") == ["Listo, ya encontré un lugar,"]

    def test_after_a_flush_nothing_is_left_of_the_reply_before(self) -> None:
        splitter = ClauseSplitter()
        assert splitter.feed("Permítame etc. -") == []
        assert splitter.flush() == ["Permítame etc. -"]
        assert splitter.feed("- Uno*") + splitter.flush() == ["Uno"]
        assert splitter.feed("Dos") + splitter.flush() == ["Dos"]


class TestLaterClauses:
    @pytest.mark.parametrize(
        ("text", "parts"),
        [
            ("Hay lugar, señora. Dígame.", ["Hay lugar, señora.", "Dígame."]),
            ("Sí. No. ¿Eh?", ["Sí.", "No.", "¿Eh?"]),
            ("La Dra. Gómez y el Sr. Paz.", ["La Dra. Gómez y el Sr. Paz."]),
            ("Habla J. R. Pérez. Dígame.", ["Habla J. R. Pérez.", "Dígame."]),
            ("Perros, gatos, etc. están bien.", ["Perros, gatos, etc. están bien."]),
            ("Perros, gatos, etc. También aves.", ["Perros, gatos, etc.", "También aves."]),
            ("A las 5 p.m. ¿Le sirve?", ["A las 5 p.m.", "¿Le sirve?"]),
            ("A las 5 p. m. en punto.", ["A las 5 p. m. en punto."]),
            ("A las 5 p. m. Lo anoto.", ["A las 5 p. m.", "Lo anoto."]),
            ("En EE. UU. también.", ["En EE. UU. también."]),
            ("El núm. 5, p. ej. hoy.", ["El núm. 5, p. ej. hoy."]),
            ("Cuesta 1.500,50 o 3.5. Sí.", ["Cuesta 1.500,50 o 3.5.", "Sí."]),
            ("A las 10:30 o 11:00. Bien.", ["A las 10:30 o 11:00.", "Bien."]),
            ("En https://a.mx/x?y=1&z=!2 o a.b@c.mx. Ya.", ["En https://a.mx/x?y=1&z=!2 o a.b@c.mx.", "Ya."]),
            ("Bueno... no sé… tal vez.", ["Bueno... no sé… tal vez."]),
            ("Bueno... No sé… Tal vez.", ["Bueno...", "No sé…", "Tal vez."]),
            ('Dijo "ya voy." Luego se fue.', ['Dijo "ya voy."', "Luego se fue."]),
            ("(Solo hoy.) Mañana no.", ["(Solo hoy.)", "Mañana no."]),
            ('Dijo "¿cómo?" y se fue.', ['Dijo "¿cómo?', "y se fue."]),
            ("¡¿Qué?! No.", ["¡¿Qué?", "No."]),
            ("Uno\nDos\r\n\r\n Tres", ["Uno", "Dos", "Tres"]),
            ("... \n¿?\n", []),
            ("1. Uno sí. 2. Dos no.", ["1. Uno sí.", "2. Dos no."]),
            ("Son 25. Gracias.", ["Son 25.", "Gracias."]),
        ],
    )
    def test_they_end_with_sentences(self, text: str, parts: list[str]) -> None:
        assert clauses(text) == parts

    def test_a_long_one_ends_at_a_comma(self) -> None:
        long = "Tenemos lugar el martes a las nueve de la mañana con la doctora Gómez,"
        assert clauses(f"{long} o el jueves.") == [long, "o el jueves."]

    def test_an_endless_one_is_cut_at_a_space(self) -> None:
        parts = clauses("palabra " * 100)
        assert all(len(part) <= LATER_MAX for part in parts)
        assert " ".join(parts).split() == ["palabra"] * 100

    def test_english_has_its_own_abbreviations(self) -> None:
        assert clauses("Mr. Smith vs. Dr. Who. Yes, e.g. John.", "en") == ["Mr. Smith vs. Dr. Who.", "Yes, e.g. John."]
        assert clauses("Mr. Paz y el Sr. Gil.", "multi") == ["Mr. Paz y el Sr. Gil."]


class TestPromptness:
    def test_a_question_does_not_wait_for_the_next_token(self) -> None:
        assert ClauseSplitter().feed("¿Qué día prefiere?") == ["¿Qué día prefiere?"]

    def test_a_full_stop_waits_for_the_space_behind_it(self) -> None:
        splitter = ClauseSplitter()
        assert splitter.feed("Son en total 3.") == []
        assert splitter.feed("5 kilos. ") == ["Son en total 3.5 kilos."]

    def test_what_may_end_a_sentence_waits_for_one_letter(self) -> None:
        splitter = ClauseSplitter()
        assert splitter.feed("Vienen aves y gatos etc. ") == []
        assert splitter.feed("T") == ["Vienen aves y gatos etc."]


class TestMarkdown:
    @pytest.mark.parametrize(
        ("text", "parts"),
        [
            ("**Lunes** a *viernes*.", ["Lunes a viernes."]),
            ("# Horario\n- lunes\n* martes\n  • jueves\n", ["Horario", "lunes", "martes", "jueves"]),
            ("Use `end`.", ["Use end."]),
            ("2*3 y a`b", ["2 3 y a b"]),
            ("-5 grados\n- 5 grados", ["-5 grados", "5 grados"]),
            ("bien-estar - ya", ["bien-estar - ya"]),
        ],
    )
    def test_its_marks_are_not_spoken(self, text: str, parts: list[str]) -> None:
        splitter = ClauseSplitter()
        assert splitter.feed("Esto ya se dijo.\n") == ["Esto ya se dijo."]
        assert splitter.feed(text) + splitter.flush() == parts


PIECES = st.sampled_from(
    [
        *"aA1 .,:;?!¿¡…-*#`\"')(\n ",
        "Sr.",
        "etc.",
        "p. m.",
        "3.5",
        "...",
        "hola",
        "https://a.b?c",
        "\t",
        "palabra larga ",
    ]
)
TEXTS = st.one_of(st.lists(PIECES, max_size=80).map("".join), st.text(max_size=60))


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text)


@given(TEXTS, st.sampled_from(["es", "en", "multi"]), st.integers(min_value=1, max_value=80))
def test_no_word_is_lost_or_moved(text: str, language: str, first_max: int) -> None:
    splitter = ClauseSplitter(language, first_max=first_max)
    parts = splitter.feed(text) + splitter.flush()
    assert words(" ".join(parts)) == words(text)


@given(TEXTS, st.data())
def test_it_does_not_matter_how_the_text_is_cut(text: str, data: st.DataObject) -> None:
    assume(not re.search(r"[^\W\d_]{4}[.,;:]\S", text))  # there the end of a piece counts, see the next test
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=10)))
    splitter, whole = ClauseSplitter(), ClauseSplitter()
    bounds = zip([0, *cuts], [*cuts, len(text)], strict=True)
    parts = [part for start, end in bounds for part in splitter.feed(text[start:end])]
    assert parts + splitter.flush() == whole.feed(text) + whole.flush()


def test_the_first_clause_does_not_wait_for_the_piece_after_a_whole_word_and_a_full_stop() -> None:
    splitter = ClauseSplitter()
    assert splitter.feed("Con mucho gusto.") == ["Con mucho gusto."]
    assert splitter.feed(" ¿Cómo se llama.") == []
    assert splitter.feed(" Dígame") == ["¿Cómo se llama."]


@given(TEXTS)
def test_every_clause_can_be_spoken(text: str) -> None:
    splitter = ClauseSplitter()
    for part in splitter.feed(text) + splitter.flush():
        assert part == part.strip()
        assert any(char.isalnum() for char in part)
        assert not set(part) & set("*#`\n")


def test_the_first_minimum_is_short_enough_for_a_greeting() -> None:
    assert len("Buenos días,") >= FIRST_MIN


@pytest.mark.parametrize("text", ["=" * 4000, "= " * 2000, "a" * 4000, "🙂 " * 2000, "-=-" * 1500])
def test_output_that_nobody_can_cut_is_cut_and_does_not_pile_up(text: str) -> None:
    splitter = ClauseSplitter("es")
    clauses = [clause for char in text for clause in splitter.feed(char)] + list(splitter.flush())
    assert all(len(clause) <= 300 for clause in clauses)
    assert len(splitter._text) <= 300
