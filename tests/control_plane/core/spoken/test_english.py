"""English as a whole."""

import re

import pytest

from control_plane.core.spoken.english import ENGLISH
from control_plane.core.spoken.tongue import Noun


def test_a_number_agrees_with_its_noun() -> None:
    assert ENGLISH.counted(ENGLISH.figure("1"), Noun("mile", "miles")) == "one mile"
    assert ENGLISH.counted(ENGLISH.figure("1,000,000"), Noun("mile", "miles")) == "one million miles"


@pytest.mark.parametrize("text", ["code ", "order #", "Your PIN is ", "ZIP code ", "card ending in "])
def test_behind_these_words_digits_are_a_code(text: str) -> None:
    assert ENGLISH.labels.search(text)


def test_nouns_have_no_gender() -> None:
    found = re.match("1", "1 hour")
    assert found is not None
    assert ENGLISH.gender_after(found) == ""


def test_the_usual_currency_is_in_the_table() -> None:
    assert ENGLISH.coins[ENGLISH.usual_coin].whole.many == "dollars"
