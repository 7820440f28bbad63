"""What figures did over a window: growth, resets, gaps, quantiles."""

import math
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_plane.core.alert.reading import Reading
from control_plane.core.alert.rule import Aggregation, Comparison, Rule
from control_plane.core.alert.window import STEPS, Window, quantile

RULE = Rule(
    id="r",
    name="n",
    metric="m",
    aggregation=Aggregation.INCREASE,
    comparison=Comparison.ABOVE,
    threshold=0.0,
    window_s=60.0,
)
INF = math.inf


def looked(rule: Rule, values: Sequence[float | None], every: float = 10.0) -> tuple[Window, float]:
    """A window that has seen these values of one group, and the time of the last."""
    window, at = Window(rule), 0.0
    for index, value in enumerate(values):
        at = index * every
        window.push(at, None if value is None else Reading(numbers={(): (value,)}))
    return window, at


def value(rule: Rule, values: Sequence[float | None]) -> float | None:
    window, at = looked(rule, values)
    return window.value((), at)


def test_growth_needs_two_readings() -> None:
    assert value(RULE, []) is None
    assert value(RULE, [5.0]) is None
    assert value(RULE, [5.0, 5.0]) == 0.0
    assert value(RULE, [5.0, 8.0]) == 3.0


def test_what_is_older_than_the_window_does_not_count() -> None:
    assert value(RULE, [0.0, 100.0, *[100.0] * 5]) == 100.0
    assert value(RULE, [0.0, 100.0, *[100.0] * 6]) == 0.0


def test_a_counter_that_falls_began_anew() -> None:
    assert value(RULE, [10.0, 12.0, 3.0, 4.0]) == 2.0 + 3.0 + 1.0


def test_no_data_is_not_zero_and_what_grew_meanwhile_counts_afterwards() -> None:
    assert value(RULE, [10.0, 11.0, None]) is None
    assert value(RULE, [10.0, 11.0, None, 14.0]) == 4.0


def test_a_rate_is_growth_a_second_over_what_was_seen() -> None:
    rate = replace(RULE, aggregation=Aggregation.RATE)
    assert value(rate, [0.0, 5.0]) == 0.5
    assert value(rate, [float(10 * index) for index in range(20)]) == 1.0


def test_too_little_shows_only_in_a_whole_window() -> None:
    few = replace(RULE, comparison=Comparison.BELOW)
    assert value(few, [0.0, 1.0, 2.0]) is None
    assert value(few, [float(index) for index in range(8)]) == 6.0


def test_a_gauge_is_what_it_is_now() -> None:
    now = replace(RULE, aggregation=Aggregation.VALUE)
    assert value(now, [5.0]) == 5.0
    assert value(now, [5.0, 2.0]) == 2.0
    assert value(now, [5.0, None]) is None


def test_a_group_that_appears_has_grown_from_zero_and_an_unknown_one_has_not_grown() -> None:
    window = Window(RULE)
    window.push(0.0, Reading(numbers={}))
    window.push(10.0, Reading(numbers={("a",): (2.0,)}))
    assert window.groups == {("a",)}
    assert (window.value(("a",), 10.0), window.value(("b",), 10.0)) == (2.0, 0.0)


def test_a_ratio_needs_a_divisor_that_grew_enough() -> None:
    window = Window(replace(RULE, aggregation=Aggregation.RATIO, minimum=4.0))
    window.push(0.0, Reading(numbers={(): (0.0, 0.0)}))
    window.push(10.0, Reading(numbers={(): (1.0, 3.0)}))
    assert window.value((), 10.0) is None
    window.push(20.0, Reading(numbers={(): (1.0, 4.0)}))
    assert window.value((), 20.0) == 0.25


def test_a_quantile_is_of_what_was_observed_within_the_window() -> None:
    window = Window(replace(RULE, aggregation=Aggregation.P50))
    edges = (1.0, 2.0, INF)
    window.push(0.0, Reading(numbers={(): (50.0, 50.0, 50.0)}, edges=edges))
    assert window.value((), 0.0) is None
    window.push(10.0, Reading(numbers={(): (50.0, 60.0, 60.0)}, edges=edges))
    assert window.value((), 10.0) == 1.5
    window.push(80.0, Reading(numbers={(): (50.0, 60.0, 60.0)}, edges=edges))
    assert window.value((), 80.0) is None


def test_the_first_observations_of_a_histogram_with_labels_count() -> None:
    window = Window(replace(RULE, aggregation=Aggregation.P50))
    window.push(0.0, Reading(numbers={}))
    window.push(10.0, Reading(numbers={(): (2.0, 2.0)}, edges=(1.0, INF)))
    assert window.value((), 10.0) == 0.5


@pytest.mark.parametrize(
    ("q", "counts", "expected"),
    [
        (0.5, (10.0, 10.0, 10.0), 0.5),
        (0.5, (0.0, 10.0, 10.0), 1.5),
        (0.99, (0.0, 0.0, 10.0), 2.0),
        (0.5, (0.0, 0.0, 0.0), None),
        (0.5, (), None),
    ],
)
def test_a_quantile_lies_evenly_in_its_bucket(q: float, counts: tuple[float, ...], expected: float | None) -> None:
    assert quantile(q, (1.0, 2.0, INF), counts=counts) == expected


def test_a_quantile_of_too_few_is_none() -> None:
    assert quantile(0.5, (1.0, INF), counts=(3.0, 3.0), minimum=4.0) is None


@given(st.lists(st.floats(0, 1.9), min_size=1, max_size=50), st.sampled_from([0.5, 0.95, 0.99]))
def test_a_quantile_is_in_the_bucket_of_the_true_one(values: list[float], q: float) -> None:
    edges = (0.5, 1.0, 2.0, INF)
    counts = tuple(float(sum(value <= edge for value in values)) for edge in edges)
    true = sorted(values)[math.ceil(q * len(values)) - 1]
    found = quantile(q, edges, counts=counts)
    assert found is not None
    upper = next(edge for edge in edges if true <= edge)
    lower = max(edge for edge in (0.0, *edges) if edge < upper)
    assert lower - 1e-9 <= found <= upper + 1e-9


@given(st.lists(st.integers(0, 20), min_size=2, max_size=200), st.floats(0.1, 30))
def test_growth_is_never_negative_and_at_most_everything_that_grew(steps: list[int], every: float) -> None:
    total, values = 0.0, []
    for step in steps:
        total += step
        values.append(total)
    window, at = looked(RULE, values, every)
    found = window.value((), at)
    assert found is not None
    assert 0 <= found <= total
    if at <= RULE.window_s:
        assert found == total - values[0]


@given(st.lists(st.floats(0.01, 5.0), min_size=2, max_size=400))
def test_the_past_that_is_kept_is_bounded(pauses: list[float]) -> None:
    window, at = Window(RULE), 0.0
    for index, pause in enumerate(pauses):
        at += pause
        window.push(at, Reading(numbers={(): (float(index),)}))
    assert len(window._growth) <= STEPS + 1
