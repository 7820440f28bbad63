"""Quantiles from counts."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_plane.core.quantile import from_buckets, nearest_rank, of_values


def test_nothing_has_no_quantile() -> None:
    assert nearest_rank({}, 0.5) is None
    assert of_values([], 0.95) is None
    assert from_buckets([], 0.5) is None
    assert from_buckets([(1.0, 0.0), (inf, 0.0)], 0.5) is None


def test_the_nearest_rank_is_a_value_that_came() -> None:
    assert nearest_rank({10.0: 1, 20.0: 1, 30.0: 2}, 0.5) == 20.0
    assert nearest_rank({10.0: 1, 20.0: 1, 30.0: 2}, 0.95) == 30.0
    assert of_values([5.0, 1.0, 3.0], 0.5) == 3.0
    assert of_values([7.0], 0.01) == 7.0


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=50), st.floats(0.01, 1))
def test_at_least_the_share_is_not_above_it(values: list[float], share: float) -> None:
    found = of_values(values, share)
    assert found is not None
    assert sum(value <= found for value in values) >= share * len(values) - 1e-6
    assert found in values


@pytest.mark.parametrize(("share", "expected"), [(0.5, 1.0), (0.25, 0.5), (0.75, 1.5), (1.0, 2.0)])
def test_values_are_spread_evenly_within_a_bucket(share: float, expected: float) -> None:
    assert from_buckets([(1.0, 2.0), (2.0, 4.0), (inf, 4.0)], share) == pytest.approx(expected)


def test_what_lies_above_the_last_bound_counts_as_that_bound() -> None:
    assert from_buckets([(1.0, 0.0), (2.0, 0.0), (inf, 4.0)], 0.5) == 2.0
