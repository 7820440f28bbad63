"""E-mail and web addresses."""

import pytest

from control_plane.core.spoken.addresses import MAIL, WEB
from control_plane.core.spoken.speech import speakable

SPANISH = {
    "ana.perez85@gmail.com": "ana punto perez ochenta y cinco arroba gmail punto com",
    "juan_lopez-99@empresa.com.mx": "juan guion bajo lopez guion noventa y nueve arroba empresa punto com punto mx",
    "Escriba a a+b@x.com.": "Escriba a a más b arroba x punto com.",
    "https://www.ejemplo.com/ayuda.": "ejemplo punto com diagonal ayuda.",
    "www.ejemplo.com.mx, sí": "ejemplo punto com punto mx, sí",
    "ejemplo.mx/citas": "ejemplo punto mx diagonal citas",
    "https://wa.me/521?text=hola": "wa punto me diagonal cinco dos uno",
    "@ejemplo": "arroba ejemplo",
    "Gracias.Te espero": "Gracias.Te espero",
}
ENGLISH = {
    "joe_b@test.com": "joe underscore b at test dot com",
    "www.example.com/a-b.": "example dot com slash a dash b.",
    "https://example.org/": "example dot org",
    "see example.com now": "see example dot com now",
}


@pytest.mark.parametrize(("written", "spoken"), SPANISH.items())
def test_an_address_is_said_in_spanish(written: str, spoken: str) -> None:
    assert speakable(written, "es").text == spoken


@pytest.mark.parametrize(("written", "spoken"), ENGLISH.items())
def test_an_address_is_said_in_english(written: str, spoken: str) -> None:
    assert speakable(written, "en").text == spoken


@pytest.mark.parametrize("text", ["hola", "12.50", "p. ej.", "a.b", "fin."])
def test_other_words_with_full_stops_are_no_addresses(text: str) -> None:
    assert MAIL.match(text) is None
    assert WEB.match(text) is None
