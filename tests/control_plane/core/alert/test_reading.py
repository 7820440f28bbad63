"""Which numbers a rule takes from a snapshot."""

from dataclasses import replace

from control_plane.core.alert.figures import Family, Figure, Snapshot
from control_plane.core.alert.reading import MOST_GROUPS, read
from control_plane.core.alert.rule import Aggregation, Comparison, Rule

RULE = Rule(
    id="r",
    name="n",
    metric="ended",
    aggregation=Aggregation.INCREASE,
    comparison=Comparison.ABOVE,
    threshold=0.0,
)
INF = float("inf")


def counter(**values: float) -> Family:
    return Family(kind="counter", figures=tuple(Figure(labels={"cause": k}, value=v) for k, v in values.items()))


def numbers(rule: Rule, snapshot: Snapshot) -> object:
    found = read(rule, snapshot)
    return None if found is None else found.numbers


def test_figures_of_one_group_are_added_up() -> None:
    assert numbers(RULE, {"ended": counter(failed=2, busy=3)}) == {(): (5.0,)}


def test_a_filter_takes_what_has_one_of_its_words() -> None:
    rule = replace(RULE, labels={"cause": ("failed", "unknown")})
    assert numbers(rule, {"ended": counter(failed=2, busy=3, unknown=1)}) == {(): (3.0,)}


def test_every_value_of_a_label_can_be_a_group() -> None:
    assert numbers(replace(RULE, by=("cause",)), {"ended": counter(b=1, a=2)}) == {("a",): (2.0,), ("b",): (1.0,)}


def test_a_counter_that_never_counted_is_zero_and_a_gauge_without_figures_is_nothing() -> None:
    assert numbers(RULE, {"ended": counter()}) == {(): (0.0,)}
    assert numbers(RULE, {"ended": Family(kind="gauge", figures=())}) == {}


def test_what_was_not_measured_is_no_reading() -> None:
    assert numbers(RULE, {}) is None
    assert numbers(replace(RULE, aggregation=Aggregation.RATIO, over="absent"), {"ended": counter(a=1)}) is None


def test_a_ratio_has_two_numbers_and_divides_by_the_whole_metric_unless_told_otherwise() -> None:
    rule = replace(RULE, aggregation=Aggregation.RATIO, labels={"cause": ("failed",)})
    assert numbers(rule, {"ended": counter(failed=1, normal=3)}) == {(): (1.0, 4.0)}
    assert numbers(replace(rule, over="started"), {"ended": counter(failed=1), "started": counter(x=9)}) == {
        (): (1.0, 9.0)
    }
    assert numbers(replace(rule, by=("cause",)), {"ended": counter(failed=1, ok=3)}) == {
        ("failed",): (1.0, 1.0),
        ("ok",): (0.0, 3.0),
    }


def test_buckets_of_several_children_are_added_edge_by_edge() -> None:
    figures = [
        Figure(labels={"stage": stage}, value=value, edge=edge)
        for stage in ("a", "b")
        for edge, value in ((0.1, 1.0), (INF, 2.0))
    ]
    rule = replace(RULE, metric="wait", aggregation=Aggregation.P95)
    found = read(rule, {"wait": Family(kind="histogram", figures=tuple(figures))})
    assert found is not None
    assert (found.numbers, found.edges) == ({(): (2.0, 4.0)}, (0.1, INF))


def test_groups_are_bounded() -> None:
    many = counter(**{f"c{index:03}": 1.0 for index in range(MOST_GROUPS + 10)})
    found = read(replace(RULE, by=("cause",)), {"ended": many})
    assert found is not None
    assert len(found.numbers) == MOST_GROUPS
