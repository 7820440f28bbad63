"""What was heard, in written words."""

import pytest

from control_plane.core.audio.playout import Playout
from control_plane.core.spoken.alignment import Spoken, Wording
from control_plane.core.spoken.speech import speakable

PRICE = Spoken(
    "Son trescientos cincuenta pesos, María.",
    (("Son ", "Son "), ("$350", "trescientos cincuenta pesos"), (", María.", ", María.")),
)


@pytest.mark.parametrize(
    ("heard", "written"),
    [
        ("", ""),
        ("Son", "Son"),
        ("So", ""),
        ("Son trescientos", "Son"),
        ("Son trescientos cincuenta", "Son"),
        ("Son trescientos cincuenta pesos,", "Son $350,"),
        ("Son trescientos cincuenta pesos", "Son $350,"),
        ("Son trescientos cincuenta pesos, Mar", "Son $350,"),
        ("Son trescientos cincuenta pesos, María", "Son $350, María."),
        ("Son trescientos cincuenta pesos, María.", "Son $350, María."),
    ],
)
def test_what_was_heard_is_answered_in_whole_written_words(heard: str, written: str) -> None:
    assert PRICE.written_upto(heard) == written


def test_white_space_that_a_voice_gives_back_does_not_count() -> None:
    assert PRICE.written_upto("Son  trescientos\ncincuenta pesos, ") == "Son $350,"


@pytest.mark.parametrize("heard", ["son trescientos cincuenta pesos", "SON TRESCIENTOS CINCUENTA PESOS ,"])
def test_a_voice_may_write_the_words_otherwise(heard: str) -> None:
    assert PRICE.written_upto(heard) == "Son $350,"


def test_a_voice_that_writes_more_words_than_were_said_was_heard_to_the_end() -> None:
    assert PRICE.written_upto("otras palabras que nadie dijo ni escribió nunca") == "Son $350, María."


def test_signs_that_nobody_says_belong_to_the_word_before() -> None:
    assert speakable("**Hola** 😊 amigo").written_upto("Hola") == "**Hola** 😊"


def test_the_white_space_behind_the_last_word_was_not_heard() -> None:
    spoken = speakable("0\r &0")
    assert spoken.written_upto("cero ") == spoken.written_upto("cero y") == "0"


def test_of_nothing_nothing_was_heard() -> None:
    assert speakable("**Hola**").written_upto("") == ""


def test_the_groups_of_a_written_word_are_not_parted() -> None:
    assert speakable("(350) sí").written_upto("(trescientos") == ""


def test_clauses_are_answered_as_one_text() -> None:
    wording = Wording()
    said = [wording.add(speakable(clause)) for clause in ("Hola, Sr. López.", "Son $350.", "¿Le parece?")]
    assert said == ["Hola, señor López.", "Son trescientos cincuenta pesos.", "¿Le parece?"]
    assert wording.written("Hola, señor") == "Hola, Sr."
    assert wording.written("Hola, señor López. Son trescientos") == "Hola, Sr. López. Son"
    assert wording.written("Hola, señor López. Son trescientos cincuenta pesos.") == "Hola, Sr. López. Son $350."
    assert wording.written(" ".join(said)) == "Hola, Sr. López. Son $350. ¿Le parece?"


def test_more_than_was_ever_said_is_all_of_it() -> None:
    wording = Wording()
    wording.add(speakable("Son $5."))
    assert wording.written("Son cinco pesos. Y mucho más que nadie dijo.") == "Son $5."


def test_nothing_heard_of_nothing_is_nothing() -> None:
    assert Wording().written("") == ""


def test_a_reply_cut_off_in_the_playout_is_remembered_as_it_was_written() -> None:
    wording, playout = Wording(), Playout()
    for clause in ("Claro.", "El corte cuesta $350."):
        said = wording.add(speakable(clause))
        playout.add(bytes(80 * len(said) + 80), f"{said} ", starts_ms=[10 * place for place in range(len(said) + 1)])
    while playout.due(0.0) is not None:
        pass
    words = "Claro. El corte cuesta "
    assert wording.written(playout.heard(len(words) * 0.01)) == "Claro. El corte cuesta"
