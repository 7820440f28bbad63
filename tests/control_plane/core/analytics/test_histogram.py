from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_plane.core.analytics.histogram import SLOTS, STEP_MS, Pile, middle_ms, packed, slot_of

COUNTS = st.dictionaries(st.integers(0, SLOTS - 1), st.integers(1, 1 << 40), max_size=30)


@given(st.lists(COUNTS, max_size=5))
def test_packed_histograms_add_up_to_what_their_counts_add_up_to(many: list[dict[int, int]]) -> None:
    expected: Counter[int] = Counter()
    for each in many:
        expected.update(each)
    assert Pile(map(packed, many)).counts() == dict(expected)


def test_nothing_packs_to_nothing() -> None:
    assert packed({}) == b""
    assert Pile([b""]).counts() == {}


@pytest.mark.parametrize(("count", "width"), [(255, 1), (256, 2), (65_535, 2), (65_536, 4), (1 << 32, 8)])
def test_counts_take_as_many_bytes_as_the_greatest_needs(count: int, width: int) -> None:
    assert packed({7: count, 9: 1}) == b"\x07\x00" + bytes((width,)) + (
        count.to_bytes(width, "little") + bytes(width) + (1).to_bytes(width, "little")
    )


def test_a_day_of_answers_takes_no_more_than_some_hundred_bytes() -> None:
    assert len(packed(dict.fromkeys(range(40, 190), 200))) == 153


@pytest.mark.parametrize(("latency_ms", "slot"), [(0.0, 0), (9.99, 0), (10.0, 1), (1234.5, 123), (1e9, SLOTS - 1)])
def test_a_latency_is_counted_in_its_step(latency_ms: float, slot: int) -> None:
    assert slot_of(latency_ms) == slot


def test_a_step_is_told_as_its_middle() -> None:
    assert middle_ms(slot_of(123.4)) == 125.0
    assert STEP_MS == 10
