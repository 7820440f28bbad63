"""Whole clauses as they are said, and what holds for every text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from control_plane.core.sentences import ClauseSplitter
from control_plane.core.spoken.speech import speakable

SIGNS = "ab AZ 0123456789 .,:/-–+$€%*_#@&()[]½ºªhkgmMpxnñé😊\n"
TEXTS = st.one_of(st.text(max_size=80), st.text(SIGNS, max_size=60))
LANGUAGES = st.sampled_from(["es", "en", "es-MX", "en_US", "pt", ""])
WORDS = (
    "Hola María, Son $350 $1,250.50 21 personas 14:30 12/05/2026 2026-05-12 15% kg 9–14 h, (55) 1234-5678 +52 "
    "¿Sí? **ya** *no* etc. Dra. Av. 1.º 3er ½ a. m. ana@x.com ejemplo.com/a-b #5 & 😊 24/7 -5 °C 10x15 folio 4821 "
    "AB-12345 $100-$200 1,234.56 1.234,56 COVID-19 192.168.1.1 May 12th, 3:15 pm Mr. _x_ [a](http://b.co) 3D y/o"
)
WRITTEN = st.sampled_from(WORDS.split())
CLAUSES = st.lists(WRITTEN, max_size=12).map(" ".join)
CASES = {
    "es": {
        "Claro, la Dra. García le atiende el 12/05 a las 14:30.": (
            "Claro, la doctora García le atiende el doce de mayo a las dos y media de la tarde."
        ),
        "Son $1,250.50 (IVA incluido).": "Son mil doscientos cincuenta pesos con cincuenta centavos (IVA incluido).",
        "**Corte**: $350, 45 min 😊": "Corte: trescientos cincuenta pesos, cuarenta y cinco minutos",
        "¿Le agendo el martes 12 a las 5 p. m.?": "¿Le agendo el martes doce a las cinco de la tarde?",
        "Al 55 1234 5678, ext. 105.": (
            "Al cincuenta y cinco, doce treinta y cuatro, cincuenta y seis setenta y ocho, extensión uno cero cinco."
        ),
        "De lunes a viernes, 9:00–18:00": "De lunes a viernes, nueve a seis de la tarde",
        "Con gusto, ¿qué día le acomoda?": "Con gusto, ¿qué día le acomoda?",
    },
    "en": {
        "Dr. Lee can see you May 12th at 3:15 pm.": "doctor Lee can see you May twelfth at three fifteen PM.",
        "That's $12.50, or 10% off.": "That's twelve dollars and fifty cents, or ten percent off.",
        "Sure, what day works for you?": "Sure, what day works for you?",
    },
    "pt": {"**Olá** 😊 são R$ 20": "Olá são R$ 20"},
}  # fmt: skip


@pytest.mark.parametrize(
    ("language", "written", "spoken"),
    [(language, *case) for language, cases in CASES.items() for case in cases.items()],
)
def test_a_clause_is_said(language: str, written: str, spoken: str) -> None:
    assert speakable(written, language).text == spoken


@pytest.mark.parametrize("language", ["es-MX", "es_CO", "ES"])
def test_a_language_may_have_a_country(language: str) -> None:
    assert speakable("$5", language).text == "cinco pesos"


@pytest.mark.parametrize("text", ["", " ", "😊", "**", "..."])
def test_a_text_without_words_has_nothing_to_say(text: str) -> None:
    assert not any(char.isalnum() for char in speakable(text).text)


@settings(deadline=None)
@given(TEXTS, LANGUAGES)
def test_the_pieces_are_the_written_text(text: str, language: str) -> None:
    assert speakable(text, language).written == text


@settings(deadline=None)
@given(TEXTS, LANGUAGES)
def test_who_heard_everything_heard_all_that_was_written(text: str, language: str) -> None:
    spoken = speakable(text, language)
    assert spoken.written_upto(spoken.text) == (text if spoken.text else "")


@settings(deadline=None)
@given(TEXTS, LANGUAGES)
def test_who_hears_more_has_never_heard_less(text: str, language: str) -> None:
    spoken, before = speakable(text, language), ""
    for end in range(len(spoken.text) + 1):
        heard = spoken.written_upto(spoken.text[:end])
        assert text.startswith(heard)
        assert heard.startswith(before)
        before = heard


@settings(deadline=None)
@given(CLAUSES, st.sampled_from(["es", "en"]))
def test_what_can_be_said_is_said_as_it_is(clause: str, language: str) -> None:
    once = speakable(clause, language).text
    assert speakable(once, language).text == once


@settings(deadline=None)
@given(CLAUSES, st.sampled_from(["es", "en"]))
def test_no_digit_is_left(clause: str, language: str) -> None:
    assert not any(char.isdigit() for char in speakable(clause, language).text)


@settings(deadline=None)
@given(st.text("abcdefghijklmnñopqrstuvwxyzáéíóúü ,;¿?¡!", max_size=200), st.sampled_from(["es", "en"]))
def test_words_that_need_no_change_stay_in_their_places(text: str, language: str) -> None:
    assert speakable(text, language).text == text.strip()


@pytest.mark.parametrize("text", ["1 ", "$", "a.", "1/", "A1", "-1", "@a", "1,234", "(", "www.", "[a]("])
def test_long_rows_of_anything_are_taken(text: str) -> None:
    spoken = speakable(text * 400)
    assert spoken.written == text * 400


def test_the_clauses_of_a_streamed_reply_can_be_said_one_by_one() -> None:
    splitter = ClauseSplitter("es")
    clauses = (
        splitter.feed("Claro que sí, Sr. López. El corte cuesta $1,250.50 y abrimos a las 9:00 a. m. ")
        + splitter.flush()
    )
    said = " ".join(speakable(clause).text for clause in clauses)
    assert said == (
        "Claro que sí, señor López. El corte cuesta mil doscientos cincuenta pesos con cincuenta centavos y abrimos "
        "a las nueve de la mañana."
    )
