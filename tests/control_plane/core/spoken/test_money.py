"""Amounts of money."""

import pytest

from control_plane.core.spoken.money import COINS_EN, COINS_ES
from control_plane.core.spoken.speech import speakable

SPANISH = {
    "Son $350.": "Son trescientos cincuenta pesos.",
    "$1,250.50": "mil doscientos cincuenta pesos con cincuenta centavos",
    "$1.234,56": "mil doscientos treinta y cuatro pesos con cincuenta y seis centavos",
    "$45.000": "cuarenta y cinco mil pesos",
    "$12.5": "doce pesos con cincuenta centavos",
    "$21": "veintiún pesos",
    "$1": "un peso",
    "$1.01": "un peso con un centavo",
    "$0.50": "cincuenta centavos",
    "$1,200.00 M.N.": "mil doscientos pesos.",
    "$1,000,000": "un millón de pesos",
    "$2,000,000.50": "dos millones de pesos con cincuenta centavos",
    "$2 millones": "dos millones de pesos",
    "$1.5 millones": "uno punto cinco millones de pesos",
    "$100 mil": "cien mil pesos",
    "$5k": "cinco mil pesos",
    "$350 pesos": "trescientos cincuenta pesos",
    "$20 dólares": "veinte dólares",
    "$20 USD": "veinte dólares",
    "US$20": "veinte dólares",
    "20 USD": "veinte dólares",
    "USD350": "trescientos cincuenta dólares",
    "MXN 350": "trescientos cincuenta pesos",
    "350 MXN": "trescientos cincuenta pesos",
    "$350MXN": "trescientos cincuenta pesos",
    "COP 45.000": "cuarenta y cinco mil pesos",
    "100.000 COP": "cien mil pesos",
    "€20": "veinte euros",
    "20 €": "veinte euros",
    "3,50 €": "tres euros con cincuenta céntimos",
    "£21": "veintiuna libras",
    "S/ 15.50": "quince soles con cincuenta céntimos",
    "12.50 euros": "doce euros con cincuenta centavos",
    "3,500.00 pesos": "tres mil quinientos pesos",
    "21 pesos": "veintiún pesos",
    "1,000,000 pesos": "un millón de pesos",
    "10 000 pesos": "diez mil pesos",
    "$100-$200": "cien pesos a doscientos pesos",
    "-$50": "menos cincuenta pesos",
    "$200/mes": "doscientos pesos por mes",
    "3 x $100": "tres por cien pesos",
}
ENGLISH = {
    "That's $12.50.": "That's twelve dollars and fifty cents.",
    "$1,250": "one thousand two hundred fifty dollars",
    "$0.99": "ninety-nine cents",
    "$1": "one dollar",
    "$1.01": "one dollar and one cent",
    "-$5": "minus five dollars",
    "$2,000,000": "two million dollars",
    "$1.2 million": "one point two million dollars",
    "$3.5 billion": "three point five billion dollars",
    "$5K": "five thousand dollars",
    "£20": "twenty pounds",
    "€5": "five euros",
    "MXN 350": "three hundred fifty Mexican pesos",
    "20 USD": "twenty dollars",
    "$100-$200": "one hundred dollars to two hundred dollars",
    "$20/month": "twenty dollars per month",
}


@pytest.mark.parametrize(("written", "spoken"), SPANISH.items())
def test_an_amount_is_said_in_spanish(written: str, spoken: str) -> None:
    assert speakable(written, "es").text == spoken


@pytest.mark.parametrize(("written", "spoken"), ENGLISH.items())
def test_an_amount_is_said_in_english(written: str, spoken: str) -> None:
    assert speakable(written, "en").text == spoken


@pytest.mark.parametrize(
    ("currency", "spoken"),
    [("", "un peso"), ("pesos", "un peso"), ("dólares", "un dólar"), ("euros", "un euro"), ("USD", "un dólar")],
)
def test_what_a_bare_sign_means_can_be_chosen(currency: str, spoken: str) -> None:
    assert speakable("$1", "es", currency=currency).text == spoken


def test_a_currency_that_is_not_known_is_the_usual_one() -> None:
    assert speakable("$2", "es", currency="doblones").text == "dos pesos"


def test_a_chosen_currency_does_not_change_a_code() -> None:
    assert speakable("$2 MXN", "es", currency="dólares").text == "dos pesos"


@pytest.mark.parametrize("coins", [COINS_ES, COINS_EN])
def test_the_names_for_a_bare_sign_are_in_every_language(coins: dict[str, object]) -> None:
    assert {"PESOS", "DÓLARES", "DOLLARS", "EUROS"} <= set(coins)
