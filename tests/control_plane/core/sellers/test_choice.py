"""Whose turn it is."""

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from control_plane.core.sellers.choice import Candidate, Wanted, folded, next_of

ANYTHING = Wanted()


def somebody(name: str, **more: object) -> Candidate:
    return Candidate(**{"id": name, "turn": 0, **more})  # type: ignore[arg-type]


def test_nobody_is_chosen_where_nobody_is() -> None:
    assert next_of([], ANYTHING) is None


def test_who_has_waited_longest_is_next() -> None:
    chosen = next_of([somebody("a", turn=7), somebody("b", turn=3), somebody("c", turn=5)], ANYTHING)
    assert chosen is not None
    assert chosen.id == "b"


def test_who_never_had_a_turn_is_next() -> None:
    chosen = next_of([somebody("a", turn=1), somebody("b")], ANYTHING)
    assert chosen is not None
    assert chosen.id == "b"


def test_who_has_no_hand_free_is_passed_over() -> None:
    full, busier = somebody("a", load=2, max_load=2), somebody("b", turn=9, load=50)
    assert next_of([full, busier], ANYTHING) == busier
    assert next_of([full], ANYTHING) is None


def test_a_skill_that_is_asked_for_has_to_be_there_however_it_is_written() -> None:
    seller = somebody("a", skills=folded(["Ventas", " Soporte "]))
    assert next_of([seller], Wanted(skill="VENTAS")) == seller
    assert next_of([seller], Wanted(skill="soporte")) == seller
    assert next_of([seller], Wanted(skill="legal")) is None


def test_a_language_is_spoken_in_any_country() -> None:
    seller = somebody("a", languages=folded(["es-MX", "en"]))
    assert next_of([seller], Wanted(language="es")) == seller
    assert next_of([seller], Wanted(language="en-US")) == seller
    assert next_of([seller], Wanted(language="pt")) is None


def test_another_one_is_taken_as_long_as_there_is_another() -> None:
    first, second = somebody("a"), somebody("b", turn=9)
    assert next_of([first, second], Wanted(but="a")) == second
    assert next_of([first], Wanted(but="a")) == first


@given(st.integers(1, 8), st.integers(0, 60))
def test_turns_go_round(sellers: int, rounds: int) -> None:
    there = {name: somebody(name) for name in "abcdefgh"[:sellers]}
    given_to: Counter[str] = Counter(dict.fromkeys(there, 0))
    for turn in range(1, rounds + 1):
        chosen = next_of(there.values(), ANYTHING)
        assert chosen is not None
        there[chosen.id] = replace(chosen, turn=turn, load=chosen.load + 1)
        given_to[chosen.id] += 1
    assert max(given_to.values()) - min(given_to.values()) <= 1


@given(st.lists(st.integers(1, 4), min_size=1, max_size=5))
def test_nobody_is_given_more_than_they_can_have(limits: list[int]) -> None:
    there = {str(n): somebody(str(n), max_load=limit) for n, limit in enumerate(limits)}
    for turn in range(1, sum(limits) + 1):
        chosen = next_of(there.values(), ANYTHING)
        assert chosen is not None
        there[chosen.id] = replace(chosen, turn=turn, load=chosen.load + 1)
    assert all(each.load == each.max_load for each in there.values())
    assert next_of(there.values(), ANYTHING) is None
