"""Every finding has its words in both languages, and they say the same."""

import re
import string

import pytest

from control_plane.core.doctor.findings import Level, found
from control_plane.core.doctor.texts import TEXTS, level, words


def names(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("code", TEXTS)
def test_both_languages_show_the_same_values(code: str) -> None:
    text = TEXTS[code]
    assert re.fullmatch(r"[a-z]+\.[a-z]+", code)
    assert text.en.seen != text.es.seen
    assert names(text.en.seen) == names(text.es.seen)
    assert bool(text.en.remedy) == bool(text.es.remedy)


@pytest.mark.parametrize("code", TEXTS)
def test_what_is_not_well_comes_with_what_to_do(code: str) -> None:
    assert bool(TEXTS[code].en.remedy) == (TEXTS[code].level is not Level.OK)


def test_the_words_of_a_finding_come_in_the_language_asked_for() -> None:
    low = found("disk.low", free="3.0")
    assert level(low) is Level.WARN
    assert words(low, "en").seen == "Only 3.0 GB are free."
    assert words(low, "es").seen == "Solo quedan 3.0 GB libres."
