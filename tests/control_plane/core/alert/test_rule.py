"""What a rule says about a value, and which rules could never work."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_plane.core.alert.figures import Measurable
from control_plane.core.alert.rule import Aggregation, Comparison, Rule, faults

CATALOGUE = {
    "ended": Measurable(kind="counter", labels=("cause",)),
    "started": Measurable(kind="counter", labels=("direction",)),
    "live": Measurable(kind="gauge"),
    "wait": Measurable(kind="histogram", labels=("stage",), edges=(0.1, 1.0)),
}
GOOD = Rule(
    id="r",
    name="n",
    metric="ended",
    aggregation=Aggregation.INCREASE,
    comparison=Comparison.ABOVE,
    threshold=1.0,
)


@pytest.mark.parametrize(
    ("comparison", "bad", "between", "good"),
    [(">", 10.1, 10.0, 8.9), (">=", 10.0, 9.5, 8.9), ("<", 9.9, 10.0, 11.1), ("<=", 10.0, 10.5, 11.1)],
)
def test_a_value_is_bad_past_the_threshold_and_good_past_the_hysteresis(
    comparison: str, bad: float, between: float, good: float
) -> None:
    rule = replace(GOOD, comparison=Comparison(comparison), threshold=10.0, hysteresis=0.1)
    assert [rule.is_bad(value) for value in (bad, between, good)] == [True, False, False]
    assert [rule.is_good(value) for value in (bad, between, good)] == [False, False, True]


@given(
    st.sampled_from(Comparison),
    st.floats(-1e6, 1e6),
    st.floats(0, 1),
    st.floats(-1e6, 1e6),
)
def test_no_value_is_bad_and_good_at_once(comparison: Comparison, threshold: float, slack: float, value: float) -> None:
    rule = replace(GOOD, comparison=comparison, threshold=threshold, hysteresis=slack)
    assert not (rule.is_bad(value) and rule.is_good(value))
    if slack == 0:
        assert rule.is_bad(value) or rule.is_good(value)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"metric": "absent"}, "metric"),
        ({"aggregation": Aggregation.P95}, "aggregation"),
        ({"metric": "live", "aggregation": Aggregation.RATE}, "aggregation"),
        ({"labels": {"stage": ("a",)}}, "labels"),
        ({"by": ("stage",)}, "by"),
        ({"over": "started"}, "over"),
        ({"aggregation": Aggregation.RATIO, "over": "live"}, "over"),
        ({"aggregation": Aggregation.RATIO, "over_labels": {"stage": ("a",)}}, "over_labels"),
        ({"aggregation": Aggregation.RATIO, "over": "started", "by": ("cause",)}, "by"),
        ({"metric": "wait", "aggregation": Aggregation.P99}, "threshold"),
        ({"window_s": 0.0}, "window_s"),
        ({"window_s": 1e6}, "window_s"),
        ({"threshold": float("nan")}, "threshold"),
    ],
)
def test_a_rule_that_could_never_work_is_told_why(changes: dict[str, Any], word: str) -> None:
    assert word in [fault.split(":")[0] for fault in faults(replace(GOOD, **changes), CATALOGUE)]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"labels": {"cause": ("failed",)}, "by": ("cause",)},
        {"metric": "live", "aggregation": Aggregation.VALUE},
        {"metric": "wait", "aggregation": Aggregation.P99, "threshold": 0.9, "by": ("stage",)},
        {"aggregation": Aggregation.RATIO, "labels": {"cause": ("failed",)}},
        {"aggregation": Aggregation.RATIO, "over": "started", "over_labels": {"direction": ("inbound",)}},
    ],
)
def test_a_rule_that_works_has_no_faults(changes: dict[str, Any]) -> None:
    assert list(faults(replace(GOOD, **changes), CATALOGUE)) == []
