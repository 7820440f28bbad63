"""What is compared, and how it is written."""

import json
from xml.etree import ElementTree

import pytest

from benchmarks.peers.climb import Verdict
from benchmarks.peers.figures import CAPACITY, CPU, WHOLE, Limit, Spread, Step, figures, ratio, spread
from benchmarks.peers.picture import Bar, picture
from benchmarks.peers.report import (
    BEGIN,
    END,
    Report,
    document,
    drawn,
    figure_rows,
    inserted,
    line,
    ratio_rows,
    shown,
    written,
)
from benchmarks.peers.systems import SYSTEMS
from tests.benchmarks.peers import peer_step

OURS, PEER = SYSTEMS[0], SYSTEMS[1]
SVG = "{http://www.w3.org/2000/svg}"


def report() -> Report:
    steps = [
        peer_step(OURS.name, 1, cpu_percent=1.0),
        peer_step(PEER.name, 1, cpu_percent=9.0),
        peer_step(OURS.name, 100, cpu_percent=0.5),
        peer_step(PEER.name, 4, cpu_percent=10.0),
        Step(system=PEER.name, repeat=0, calls=5, verdict=Verdict.BROKE, reason="fell silent", result=None),
        peer_step(OURS.name, 100, repeat=1, cpu_percent=0.4),
        peer_step(PEER.name, 5, repeat=1, cpu_percent=12.0),
    ]
    limits = [
        Limit(system=OURS.name, repeat=0, held=100, seen=False),
        Limit(system=PEER.name, repeat=0, held=4, seen=True),
        Limit(system=OURS.name, repeat=1, held=100, seen=True),
        Limit(system=PEER.name, repeat=1, held=5, seen=True),
    ]
    return Report(
        systems=(OURS, PEER),
        steps=steps,
        limits=limits,
        machine={"processor": "a", "cores": "2", "system": "b", "python": "3.11"},
        versions={"pipecat-ai": "1"},
        command="python -m benchmarks.peers",
        complete=True,
    )


def test_a_figure_is_taken_at_the_most_calls_that_held_in_each_repetition() -> None:
    ours, theirs = report().figures()
    assert ours[CPU] == Spread(low=0.4, middle=0.45, high=0.5)
    assert theirs[CPU] == Spread(low=10.0, middle=11.0, high=12.0)


def test_a_capacity_whose_limit_was_not_seen_is_a_lower_bound() -> None:
    ours, theirs = report().figures()
    assert ours[CAPACITY] == Spread(low=100, middle=100, high=100, bound=True)
    assert theirs[CAPACITY] == Spread(low=4, middle=4.5, high=5)


def test_calls_without_holes_are_those_of_the_best_step_that_had_none() -> None:
    steps = [
        peer_step(PEER.name, 1),
        Step(system=PEER.name, repeat=0, calls=4, verdict=Verdict.HOLES, reason="p95 gap 120 ms", result=None),
        peer_step(PEER.name, 6),
        Step(system=PEER.name, repeat=1, calls=6, verdict=Verdict.HOLES, reason="p95 gap 120 ms", result=None),
    ]
    limits = [Limit(system=PEER.name, repeat=0, held=6, seen=False)]
    assert figures(PEER.name, steps, limits=limits)[WHOLE] == Spread(low=6, middle=6, high=6, bound=True)
    assert figures(PEER.name, steps[1:2], limits=limits)[WHOLE] == Spread(low=0, middle=0, high=0)
    assert report().figures()[0][WHOLE] == Spread(low=100, middle=100, high=100, bound=True)


def test_a_ratio_goes_from_the_least_to_the_most_favourable_pair() -> None:
    ours, theirs = report().figures()
    capacity, cost = ratio(CAPACITY, ours, theirs=theirs), ratio(CPU, ours, theirs=theirs)
    assert capacity is not None
    assert cost is not None
    assert (capacity.low, capacity.high, capacity.bound) == (20.0, 25.0, True)
    assert [round(value, 6) for value in (cost.low, cost.high)] == [20.0, 30.0]
    assert not cost.bound


def test_there_is_no_ratio_of_what_is_unknown_or_nothing() -> None:
    ours, theirs = report().figures()
    assert ratio(CPU, ours, theirs={**theirs, CPU: None}) is None
    assert ratio(CPU, {**ours, CPU: Spread(low=0.0, middle=0.1, high=0.2)}, theirs=theirs) is None
    assert spread([]) is None


def test_a_system_that_was_not_measured_has_no_figures() -> None:
    assert set(figures("nobody", [], limits=[]).values()) == {None}


def test_a_figure_is_written_with_its_spread_only_when_there_is_one() -> None:
    assert shown(None, 1) == "–"
    assert shown(Spread(low=2, middle=2, high=2), 1) == "2.0"
    assert shown(Spread(low=2, middle=3, high=4, bound=True), 0) == "≥ 3 (2–4)"


def test_tables_have_a_column_for_each_system() -> None:
    assert {len(row) for row in figure_rows(report())} == {3}
    assert {len(row) for row in ratio_rows(report())} == {2}


def test_the_report_names_command_machine_versions_and_every_step() -> None:
    text = written(report())
    assert all(part in text for part in ("python -m benchmarks.peers", "pipecat-ai 1", "fell silent", "≥ 100"))
    assert text.count(f"| {PEER.name} |") == 4
    assert "ended early" not in text


def test_a_step_without_a_result_is_told_too() -> None:
    assert line(report().steps[4]).endswith("broke (fell silent)")
    assert "share p95 20.0 ms" in line(report().steps[0])


def test_the_document_for_programs_is_json() -> None:
    assert len(json.loads(document(report()))["steps"]) == 7


def test_the_figures_go_between_the_marks_of_the_text() -> None:
    text = inserted(f"a\n{BEGIN}\nold\n{END}\nb\n", "new")
    assert text == f"a\n{BEGIN}\n\nnew\n{END}\nb\n"
    assert inserted(text, "new") == text
    with pytest.raises(ValueError, match="marks"):
        inserted("a", "new")


def test_the_picture_is_xml_with_a_bar_for_each_system_and_panel() -> None:
    root = ElementTree.fromstring(drawn(report()))
    assert root.tag == f"{SVG}svg"
    assert len(root.findall(f"{SVG}rect")) == 6


def test_a_picture_of_odd_words_and_of_nothing_is_xml_as_well() -> None:
    bar = Bar(label="a < b & c", value=0.0, low=0.0, high=0.0, text='"–"')
    assert ElementTree.fromstring(picture([("<&>", [bar]), ("empty", [])])) is not None
