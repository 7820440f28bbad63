"""Plain numbers and ordinals in their sentences."""

import pytest

from control_plane.core.spoken.counts import NUMBER
from control_plane.core.spoken.speech import speakable

SPANISH = {
    "21 personas": "veintiuna personas",
    "1 hora": "una hora",
    "1 día": "un día",
    "31 días": "treinta y un días",
    "21 problemas": "veintiún problemas",
    "200 personas": "doscientas personas",
    "101 boletos": "ciento un boletos",
    "501 casas": "quinientas una casas",
    "1001 noches": "mil una noches",
    "500,000 personas": "quinientas mil personas",
    "31 reuniones": "treinta y una reuniones",
    "21 mil": "veintiún mil",
    "son 21.": "son veintiuno.",
    "opción 1 por favor": "opción uno por favor",
    "línea 1 abierta": "línea uno abierta",
    "1 o 2": "uno o dos",
    "1,000,000 personas": "un millón de personas",
    "2,500,000 personas": "dos millones quinientas mil personas",
    "1,234.56": "mil doscientos treinta y cuatro punto cincuenta y seis",
    "1.234,56": "mil doscientos treinta y cuatro coma cincuenta y seis",
    "1.000.000": "un millón",
    "3.5": "tres punto cinco",
    "0.05": "cero punto cero cinco",
    "3.1416": "tres punto uno cuatro uno seis",
    "en 2026": "en dos mil veintiséis",
    "5k": "cinco mil",
    "1.5M de personas": "uno punto cinco millones de personas",
    "1.º": "primero",
    "2ª": "segunda",
    "3er piso": "tercer piso",
    "3er. piso": "tercer piso",
    "1º piso": "primer piso",
    "5ta avenida": "quinta avenida",
    "2do": "segundo",
    "1a vez": "primera vez",
    "2a. cita": "segunda cita",
    "21ª edición": "vigésima primera edición",
    "5° piso": "quinto piso",
    "5° C": "cinco grados C",
}
ENGLISH = {
    "21 people": "twenty-one people",
    "1,500 people": "one thousand five hundred people",
    "1.234": "one point two three four",
    "3.14": "three point one four",
    "1M users": "one million users",
    "10k": "ten thousand",
    "the 1st, 2nd and 3rd": "the first, second and third",
    "21st": "twenty-first",
    "103rd": "one hundred third",
    "1,000th": "one thousandth",
    "may 5": "may five",
}


@pytest.mark.parametrize(("written", "spoken"), SPANISH.items())
def test_a_number_is_said_in_spanish(written: str, spoken: str) -> None:
    assert speakable(written, "es").text == spoken


@pytest.mark.parametrize(("written", "spoken"), ENGLISH.items())
def test_a_number_is_said_in_english(written: str, spoken: str) -> None:
    assert speakable(written, "en").text == spoken


def test_a_number_that_grows_into_a_word_is_not_plain() -> None:
    assert NUMBER.pattern.match("3D") is None
