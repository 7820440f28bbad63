"""What a language gives to the rules."""

import re

from control_plane.core.spoken.spanish import SPANISH
from control_plane.core.spoken.tongue import Manner, Noun, Rule, first_said

MANNER = Manner(tongue=SPANISH, coin=SPANISH.coins["PESOS"])


def test_the_first_rule_that_knows_a_place_says_it() -> None:
    rules = (
        Rule(re.compile("a"), lambda found, manner: None),
        Rule(re.compile("ab"), lambda found, manner: "first"),
        Rule(re.compile("abc"), lambda found, manner: "second"),
    )
    assert first_said(rules, "xabc", at=1, manner=MANNER) == (3, "first")


def test_a_place_that_no_rule_knows_is_not_said() -> None:
    assert first_said((Rule(re.compile("a"), lambda found, manner: ""),), "b", at=0, manner=MANNER) is None


def test_a_match_of_nothing_is_not_taken() -> None:
    assert first_said((Rule(re.compile("a*"), lambda found, manner: "x"),), "b", at=0, manner=MANNER) is None


def test_round_millions_are_of_something() -> None:
    counted = [
        SPANISH.counted(SPANISH.figure(written), Noun("peso", "pesos")) for written in ("2,000,000", "2,000,001", "0")
    ]
    assert counted == ["dos millones de pesos", "dos millones un pesos", "cero pesos"]
