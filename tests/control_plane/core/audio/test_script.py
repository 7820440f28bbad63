"""Which words of a reply were heard when it was cut at a byte of its audio."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_plane.core.audio.script import Script, rest_of

MS = 8


def aligned() -> Script:
    """Two words: "hola" at 100…300 ms, "Ana." at 400…600 ms, audio until 700 ms."""
    script = Script()
    script.add(700 * MS, "hola Ana.", starts_ms=(100, 150, 200, 250, 300, 400, 450, 500, 550))
    return script


@pytest.mark.parametrize(
    ("ms", "heard"),
    [
        (0, ""),
        (100, ""),
        (150, ""),
        (199, ""),
        (200, "hola"),
        (350, "hola"),
        (401, "hola"),
        (549, "hola"),
        (550, "hola Ana."),
    ],
)
def test_a_word_counts_when_half_of_it_was_played(ms: int, heard: str) -> None:
    assert aligned().heard(ms * MS) == heard


@pytest.mark.parametrize(
    ("ms", "again_ms"), [(50, 50), (150, 100), (290, 100), (350, 350), (450, 400), (690, 400), (700, 700)]
)
def test_a_cut_word_is_begun_again_and_a_pause_between_words_is_not(ms: int, again_ms: int) -> None:
    assert aligned().resume_from(ms * MS) == again_ms * MS


def test_times_count_from_the_beginning_of_their_own_piece() -> None:
    script = Script()
    script.add(1000 * MS, "uno ", starts_ms=(0, 100, 200, 300))
    script.add(1000 * MS, "dos", starts_ms=(0, 100, 200))
    assert script.heard(1000 * MS) == "uno"
    assert script.heard(1600 * MS) == "uno dos"


def test_a_word_may_be_spread_over_two_pieces() -> None:
    script = Script()
    script.add(100 * MS, "ho", starts_ms=(0, 50))
    script.add(100 * MS, "la", starts_ms=(0, 50))
    assert script.heard(99 * MS) == ""
    assert script.heard(100 * MS) == "hola"


def test_text_without_times_is_spread_evenly_over_its_audio() -> None:
    script = Script()
    script.add(900 * MS, "uno dos x", starts_ms=())
    assert script.heard(140 * MS) == ""
    assert script.heard(160 * MS) == "uno"
    assert script.heard(560 * MS) == "uno dos"


def test_times_that_are_not_one_a_character_are_not_used() -> None:
    script = Script()
    script.add(400 * MS, "a b", starts_ms=(0,))
    assert script.heard(100 * MS) == "a"


def test_text_that_came_ahead_of_its_audio_finds_its_place() -> None:
    script = Script()
    script.add(0, "uno dos ", starts_ms=())
    script.add(400 * MS, "", starts_ms=())
    script.add(400 * MS, "", starts_ms=())
    script.add(0, "tres", starts_ms=())
    script.add(800 * MS, "", starts_ms=())
    assert script.heard(400 * MS) == "uno"
    assert script.heard(800 * MS) == "uno dos"
    assert script.heard(1600 * MS) == "uno dos tres"


def test_text_without_any_audio_yet_is_not_heard() -> None:
    script = Script()
    script.add(0, "hola", starts_ms=())
    assert script.heard(0) == ""


def test_silence_after_the_last_word_does_not_make_it_longer() -> None:
    script = aligned()
    script.add(5000 * MS, "", starts_ms=())
    assert script.heard(550 * MS) == "hola Ana."


def test_times_that_go_back_count_as_the_one_before() -> None:
    script = Script()
    script.add(500 * MS, "a b c", starts_ms=(0, 200, 100, 300, 400))
    assert script.heard(150 * MS) == "a"
    assert script.heard(260 * MS) == "a b"


@given(
    st.lists(st.tuples(st.integers(0, 4000), st.text(alphabet="ab ñ\n", max_size=8), st.booleans()), max_size=12),
    st.lists(st.integers(0, 50_000), min_size=2, max_size=2),
)
def test_more_audio_never_means_fewer_words_and_what_is_heard_is_a_prefix(
    pieces: list[tuple[int, str, bool]], played: list[int]
) -> None:
    script = Script()
    for length, text, exact in pieces:
        script.add(
            length, text, starts_ms=tuple(length // MS * n // len(text) for n in range(len(text))) if exact else ()
        )
    less, more = (script.heard(min(byte, script.received)) for byte in sorted(played))
    assert script.text.startswith(more)
    assert more.startswith(less)


def test_a_text_that_breaks_off_keeps_the_words_of_which_there_is_all() -> None:
    script = Script()
    script.add(700 * MS, "hola Ana", starts_ms=(100, 150, 200, 250, 300, 400, 450, 500))
    assert script.break_off() == 400 * MS
    assert script.text == "hola "
    script.cut(400 * MS)
    script.add(300 * MS, "Ana.", starts_ms=(0, 50, 100, 150))
    assert script.heard(460 * MS) == "hola"
    assert script.heard(600 * MS) == "hola Ana."


def test_a_text_that_ends_with_a_space_has_all_its_words() -> None:
    script = Script()
    script.add(200 * MS, "sí ", starts_ms=(0, 50, 100))
    assert (script.break_off(), script.text) == (200 * MS, "sí ")


def test_of_a_text_without_times_as_much_counts_as_slow_speech_would_have_said() -> None:
    script = Script()
    script.add(800 * MS, "hola Ana, hasta mañana ", starts_ms=())
    assert (script.break_off(), script.text) == (800 * MS, "hola Ana, ")
    assert script.heard(800 * MS) == "hola Ana,"


def test_a_text_without_times_that_was_said_long_enough_is_left_whole() -> None:
    script = Script()
    script.add(900 * MS, "hola Ana", starts_ms=())
    assert (script.break_off(), script.text) == (900 * MS, "hola Ana")


def test_a_text_of_which_there_is_nothing_is_forgotten() -> None:
    script = Script()
    assert (script.break_off(), script.text) == (0, "")
    script.add(0, "hola Ana", starts_ms=())
    assert (script.break_off(), script.text) == (0, "")


@pytest.mark.parametrize(
    ("text", "spoken", "rest"),
    [
        ("Uno dos. Tres.", "", "Uno dos. Tres."),
        ("Uno dos. Tres.", "Uno ", "dos. Tres."),
        ("Uno dos. Tres.", "uno  DOS ", "Tres."),
        ("Uno – dos. Tres.", "Uno –", "dos. Tres."),
        ("Uno – dos. Tres.", "Uno", "dos. Tres."),
        ("Uno dos. Tres.", "Uno dos. Tres. ", ""),
        ("Uno dos. …", "Uno dos.", ""),
        ("Uno.", "Uno dos tres", ""),
    ],
)
def test_what_is_left_to_be_spoken_begins_behind_the_last_word_that_was(text: str, spoken: str, rest: str) -> None:
    assert rest_of(text, spoken) == rest
