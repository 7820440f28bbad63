"""Halves, thirds and quarters."""

import pytest

from control_plane.core.spoken.halves import FRACTION_ES
from control_plane.core.spoken.speech import speakable

SPANISH = {
    "½ kg": "medio kilo",
    "½": "un medio",
    "1/2 hora": "media hora",
    "½ taza": "media taza",
    "2½": "dos y medio",
    "2 ½ horas": "dos y media horas",
    "2 ½ kg": "dos kilos y medio",
    "1 1/2 tazas": "una y media tazas",
    "3/4 de taza": "tres cuartos de taza",
    "¾ kg": "tres cuartos de kilo",
    "⅓": "un tercio",
}
ENGLISH = {
    "½": "one half",
    "½ kg": "half a kilo",
    "2½ miles": "two and a half miles",
    "3/4 cup": "three quarters cup",
    "¾ lb": "three quarters of a pound",
    "1 1/2 lb": "one and a half pounds",
}


@pytest.mark.parametrize(("written", "spoken"), SPANISH.items())
def test_a_fraction_is_said_in_spanish(written: str, spoken: str) -> None:
    assert speakable(written, "es").text == spoken


@pytest.mark.parametrize(("written", "spoken"), ENGLISH.items())
def test_a_fraction_is_said_in_english(written: str, spoken: str) -> None:
    assert speakable(written, "en").text == spoken


@pytest.mark.parametrize("written", ["5/10", "12/05/2026", "1/25"])
def test_other_strokes_make_no_fraction(written: str) -> None:
    assert FRACTION_ES.pattern.match(written) is None
