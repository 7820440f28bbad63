"""Spanish as a whole."""

import pytest

from control_plane.core.spoken.spanish import SPANISH
from control_plane.core.spoken.tongue import Noun


def test_a_number_agrees_with_its_noun() -> None:
    assert SPANISH.counted(SPANISH.figure("21"), Noun("libra", "libras", "f")) == "veintiuna libras"
    assert SPANISH.counted(SPANISH.figure("1"), Noun("peso", "pesos")) == "un peso"


@pytest.mark.parametrize("text", ["código ", "folio #", "Su código es ", "pedido número ", "tarjeta terminada en "])
def test_behind_these_words_digits_are_a_code(text: str) -> None:
    assert SPANISH.labels.search(text)


@pytest.mark.parametrize("text", ["un pedido de ", "cuesta ", "la orden de los "])
def test_behind_other_words_they_are_a_number(text: str) -> None:
    assert SPANISH.labels.search(text) is None


def test_the_usual_currency_is_in_the_table() -> None:
    assert SPANISH.coins[SPANISH.usual_coin].whole.many == "pesos"
