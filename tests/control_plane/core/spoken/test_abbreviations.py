"""Abbreviations."""

import pytest

from control_plane.core.spoken.abbreviations import ABBREVIATIONS_EN, ABBREVIATIONS_ES
from control_plane.core.spoken.speech import speakable

SPANISH = {
    "La Dra. García": "La doctora García",
    "el Dr. López": "el doctor López",
    "El Sr. y la Sra. Pérez": "El señor y la señora Pérez",
    "Av. Juárez No. 15": "avenida Juárez número quince",
    "No. Gracias": "No. Gracias",
    "la Col. Roma": "la colonia Roma",
    "comió col. y pan": "comió col. y pan",
    "Núm. 4": "número cuatro",
    "N.º 4": "número cuatro",
    "Ud. y Uds. saben": "usted y ustedes saben",
    "pan, leche, etc.": "pan, leche, etcétera.",
    "etc., y más": "etcétera, y más",
    "p. ej. hoy": "por ejemplo hoy",
    "P.ej. hoy": "por ejemplo hoy",
    "aprox. 3 lb": "aproximadamente tres libras",
    "EE. UU. y México": "Estados Unidos y México",
    "Pan, S.A. de C.V.": "Pan, ese a de ce ve.",
    "$5 c/u": "cinco pesos cada uno",
    "calle 5 s/n": "calle cinco sin número",
    "y/o": "y o",
    "Tel. fijo": "teléfono fijo",
    "km 23": "kilómetro veintitrés",
    "D. Juan": "don Juan",
    "Uds.": "ustedes.",
}
ENGLISH = {
    "Dr. Smith": "doctor Smith",
    "Mr. and Mrs. Lee": "mister and missus Lee",
    "123 Main St.": "one hundred twenty-three Main street.",
    "Main St. is closed": "Main street is closed",
    "St. Mary": "saint Mary",
    "5 Oak Dr. Suite": "five Oak drive Suite",
    "Elm Dr.": "Elm drive.",
    "5th Ave. now": "fifth avenue now",
    "No. 5": "number five",
    "No. Thanks": "No. Thanks",
    "e.g. this, etc.": "for example this, et cetera.",
    "i.e. now": "that is now",
    "cats vs. dogs": "cats versus dogs",
    "and/or": "and or",
}


@pytest.mark.parametrize(("written", "spoken"), SPANISH.items())
def test_an_abbreviation_is_a_word_in_spanish(written: str, spoken: str) -> None:
    assert speakable(written, "es").text == spoken


@pytest.mark.parametrize(("written", "spoken"), ENGLISH.items())
def test_an_abbreviation_is_a_word_in_english(written: str, spoken: str) -> None:
    assert speakable(written, "en").text == spoken


@pytest.mark.parametrize("rule", [*ABBREVIATIONS_ES, *ABBREVIATIONS_EN])
def test_no_abbreviation_begins_in_a_usual_word(rule: object) -> None:
    assert rule.pattern.match("naranja") is None  # type: ignore[attr-defined]
