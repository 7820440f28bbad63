"""The registry as figures: what is there, what is zero, what is not measured at all."""

import math

from control_plane.core.alert.figures import Figure, Measurable
from control_plane.observability.figures import catalogue, snapshot
from control_plane.observability.metrics import Metrics


def test_the_catalogue_knows_kind_labels_and_edges() -> None:
    known = catalogue(Metrics().registry)
    assert known["gateway_provider_errors_total"] == Measurable(kind="counter", labels=("provider", "kind"))
    assert known["gateway_calls_live"] == Measurable(kind="gauge")
    assert known["process_open_fds"] == Measurable(kind="gauge")
    stages = known["gateway_turn_stage_seconds"]
    assert (stages.kind, stages.labels, stages.edges[0], stages.edges[-1]) == ("histogram", ("stage",), 0.005, 5.0)


def test_an_info_is_no_figure() -> None:
    assert not [name for name in catalogue(Metrics(version="1").registry) if "build" in name]


def test_only_what_is_asked_for_is_in_a_snapshot() -> None:
    metrics = Metrics()
    metrics.turns_total.inc(3)
    found = snapshot(metrics.registry, ["gateway_turns_total", "process_open_fds", "gateway_unheard_of"])
    assert set(found) == {"gateway_turns_total", "process_open_fds"}
    assert found["gateway_turns_total"].figures == (Figure(labels={}, value=3.0),)


def test_a_labelled_counter_that_never_counted_is_there_without_figures() -> None:
    family = snapshot(Metrics().registry, ["gateway_calls_ended_total"])["gateway_calls_ended_total"]
    assert (family.kind, family.figures) == ("counter", ())


def test_a_histogram_comes_as_its_buckets() -> None:
    metrics = Metrics()
    metrics.turn_stage_seconds.labels(stage="brain").observe(0.3)
    figures = snapshot(metrics.registry, ["gateway_turn_stage_seconds"])["gateway_turn_stage_seconds"].figures
    assert {figure.labels["stage"] for figure in figures} == {"brain"}
    assert [figure.edge for figure in figures if figure.value == 0.0][-1] == 0.2
    assert figures[-1].edge == math.inf
