"""Telephone numbers and codes."""

import pytest

from control_plane.core.spoken.codes import ANY, LETTERS, PARTED, PHONE, ROW
from control_plane.core.spoken.speech import speakable

MEXICO = "cincuenta y cinco, doce treinta y cuatro, cincuenta y seis setenta y ocho"
SPANISH = {
    "55 1234 5678": MEXICO,
    "55-1234-5678": MEXICO,
    "(55) 1234-5678": MEXICO,
    "5512345678": MEXICO,
    "+52 55 1234 5678": f"más cincuenta y dos, {MEXICO}",
    "+52 1 55 1234 5678": f"más cincuenta y dos, uno, {MEXICO}",
    "555 123 4567": "cinco cinco cinco, uno dos tres, cuarenta y cinco sesenta y siete",
    "912 345 678": "nueve uno dos, tres cuatro cinco, seis siete ocho",
    "91 234 56 78": "noventa y uno, dos tres cuatro, cincuenta y seis, setenta y ocho",
    "5512-3405": "cincuenta y cinco doce, treinta y cuatro cero cinco",
    "ext. 105": "extensión uno cero cinco",
    "código 4821": "código cuatro ocho dos uno",
    "Su código es 4821": "Su código es cuatro ocho dos uno",
    "folio AB-12345, sí": "folio A B uno dos tres cuatro cinco, sí",
    "pedido 10234": "pedido uno cero dos tres cuatro",
    "un pedido de 150 tacos": "un pedido de ciento cincuenta tacos",
    "tarjeta terminada en 4321": "tarjeta terminada en cuatro tres dos uno",
    "C.P. 06600": "código postal cero seis seis cero cero",
    "012345": "cero uno dos tres cuatro cinco",
    "12345678901": "uno dos tres cuatro, cinco seis siete ocho, nueve cero uno",
    "1500000": "un millón quinientos mil",
    "192.168.1.1": "ciento noventa y dos punto ciento sesenta y ocho punto uno punto uno",
    "192.168.100.200": "ciento noventa y dos punto ciento sesenta y ocho punto cien punto doscientos",
    "Versión 2.0.1": "Versión dos punto cero punto uno",
    "2020-2024": "dos mil veinte a dos mil veinticuatro",
    "1000-2000": "mil a dos mil",
    "3D": "tres D",
    "MP3": "MP tres",
    "COVID-19": "COVID-diecinueve",
    "A1B2": "A uno B dos",
}
ENGLISH = {
    "Call 555-0123.": "Call five five five, zero one two three.",
    "(212) 555-0123": "two one two, five five five, zero one two three",
    "2125550123": "two one two, five five five, zero one two three",
    "+1 212 555 0123": "plus one, two one two, five five five, zero one two three",
    "1-800-555-0199": "one, eight zero zero, five five five, zero one nine nine",
    "code 4821": "code four eight two one",
    "order #10234": "order number one zero two three four",
    "ZIP code 90210": "ZIP code nine zero two one zero",
    "Room B-204": "Room B two zero four",
    "flight AA1234": "flight A A one two three four",
    "ext. 105": "extension one zero five",
}


@pytest.mark.parametrize(("written", "spoken"), SPANISH.items())
def test_a_code_is_said_in_spanish(written: str, spoken: str) -> None:
    assert speakable(written, "es").text == spoken


@pytest.mark.parametrize(("written", "spoken"), ENGLISH.items())
def test_a_code_is_said_in_english(written: str, spoken: str) -> None:
    assert speakable(written, "en").text == spoken


@pytest.mark.parametrize("rule", [ANY, PARTED, PHONE, ROW, LETTERS])
def test_a_word_without_digits_is_no_code(rule: object) -> None:
    assert rule.pattern.match("Hola") is None  # type: ignore[attr-defined]
