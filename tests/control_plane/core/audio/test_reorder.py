"""The order of pieces that came mixed up, twice or not at all."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_plane.core.audio.reorder import RESTART_GAP, Reorder


def piece(chunk: int) -> bytes:
    return str(chunk).encode()


def released(reorder: Reorder, *chunks: int) -> list[int]:
    return [int(payload) for chunk in chunks for payload in reorder.push(chunk, piece(chunk))]


@pytest.mark.parametrize("first", [0, 1, 2, 4711])
def test_pieces_in_order_pass_at_once_whatever_the_first_number(first: int) -> None:
    reorder = Reorder()
    for chunk in range(first, first + 10):
        assert reorder.push(chunk, piece(chunk)) == (piece(chunk),)
    assert (reorder.lost, reorder.late) == (0, 0)


def test_two_swapped_pieces_come_out_in_order() -> None:
    assert released(Reorder(), 1, 3, 2, 4) == [1, 2, 3, 4]


def test_a_missing_piece_holds_back_only_until_the_window_is_full() -> None:
    reorder = Reorder(window=3)
    assert released(reorder, 1, 3, 4) == [1]
    assert released(reorder, 5) == [3, 4, 5]
    assert (reorder.lost, reorder.late) == (1, 0)


def test_a_piece_that_comes_after_it_was_given_up_is_dropped_and_counted() -> None:
    reorder = Reorder(window=2)
    assert released(reorder, 1, 3, 4, 2, 5) == [1, 3, 4, 5]
    assert (reorder.lost, reorder.late) == (1, 1)


def test_a_piece_that_comes_twice_is_dropped_and_counted() -> None:
    reorder = Reorder()
    assert released(reorder, 1, 1, 3, 3, 2, 2) == [1, 2, 3]
    assert reorder.late == 3


def test_each_of_several_missing_pieces_is_counted() -> None:
    reorder = Reorder(window=2)
    assert released(reorder, 1, 5, 6, 8, 9) == [1, 5, 6, 8, 9]
    assert reorder.lost == 4


def test_after_a_gap_was_given_up_a_second_gap_is_waited_for_again() -> None:
    reorder = Reorder(window=3)
    assert released(reorder, 1, 3, 5, 6) == [1, 3]
    assert released(reorder, 4) == [4, 5, 6]
    assert reorder.lost == 1


@pytest.mark.parametrize("jump", [-RESTART_GAP, RESTART_GAP + 1, 10**9])
def test_a_carrier_that_counts_anew_is_followed_and_nothing_counts_as_lost(jump: int) -> None:
    reorder = Reorder()
    assert released(reorder, 1000, 1002) == [1000]
    assert released(reorder, 1000 + jump, 1001 + jump) == [1002, 1000 + jump, 1001 + jump]
    assert (reorder.lost, reorder.late) == (1, 0)


def test_at_the_end_what_waits_comes_out_without_what_is_missing() -> None:
    reorder = Reorder()
    assert released(reorder, 1, 3, 5) == [1]
    assert reorder.flush() == [piece(3), piece(5)]
    assert reorder.flush() == []
    assert reorder.lost == 2


def test_a_window_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError):
        Reorder(window=0)


@given(st.integers(1, 6), st.integers(0, 10**6), st.integers(0, 2**32))
def test_pieces_that_stray_less_than_the_window_all_come_out_in_order(window: int, first: int, seed: int) -> None:
    chunks = [first + n for n in range(60)]
    shuffle = random.Random(seed)
    strayed = chunks[:1] + sorted(chunks[1:], key=lambda chunk: chunk + shuffle.uniform(0, window - 0.5))
    reorder = Reorder(window=window)
    assert released(reorder, *strayed) + [int(rest) for rest in reorder.flush()] == chunks
    assert (reorder.lost, reorder.late) == (0, 0)


@given(st.lists(st.integers(1, 40), max_size=120), st.integers(1, 5))
def test_whatever_comes_numbers_only_rise_and_every_piece_is_accounted_for(chunks: list[int], window: int) -> None:
    reorder = Reorder(window=window)
    out = released(reorder, *chunks) + [int(rest) for rest in reorder.flush()]
    assert out == sorted(set(out))
    assert len(out) + reorder.late == len(chunks)
    if out:
        assert len(out) + reorder.lost == out[-1] - out[0] + 1
