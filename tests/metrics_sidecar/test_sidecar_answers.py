"""Answers that are ready before anybody asks."""

import json
from pathlib import Path

import pytest

from metrics_sidecar.board import STALLED, Board
from metrics_sidecar.fleet import Fleet
from metrics_sidecar.front import wants_openmetrics
from metrics_sidecar.history import SERIES, History
from metrics_sidecar.prepared import Draft
from metrics_sidecar.sources.machine import Machine


def test_ages_are_filled_in_when_the_answer_is_given() -> None:
    draft = Draft()
    answer = draft.prepare({"a": draft.age(100.0), "b": {"c": draft.age(100.5), "d": "x"}})
    assert json.loads(answer.body(102.0)) == {"a": 2.0, "b": {"c": 1.5, "d": "x"}}
    assert json.loads(answer.body(99.0)) == {"a": 0.0, "b": {"c": 0.0, "d": "x"}}


def test_texts_of_control_planes_cannot_pass_for_an_age() -> None:
    content = {"reasons": ['"0123456789abcdef:1.0"', "x:1.0"]}
    assert json.loads(Draft().prepare(content).body(5.0)) == content


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ("", False),
        ("*/*", False),
        ("text/plain", False),
        ("application/openmetrics-text;version=1.0.0;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", True),
        ("application/openmetrics-text; q=0.2, text/plain; q=0.9", False),
        ("application/openmetrics-text;q=0", False),
        ("application/openmetrics-text;q=much", False),
        ("application/openmetrics-text", True),
    ],
)
def test_the_format_is_the_one_that_is_liked_best(accept: str, wanted: bool) -> None:
    assert wants_openmetrics(accept) is wanted


def test_history_keeps_the_last_minutes_only() -> None:
    history = History(seconds=10, every_s=2)
    for at in range(20):
        history.add({**dict.fromkeys(SERIES), "at": float(at)})
    assert history.columns()["at"] == [15.0, 16.0, 17.0, 18.0, 19.0]


def test_a_board_on_which_nobody_writes_says_so(tmp_path: Path) -> None:
    now = 1000.0
    machine = Machine(disk=tmp_path, wall=lambda: now)
    board = Board(Fleet({"main": "http://x"}, period_s=2), machine, period_s=2, wall=lambda: now, steady=lambda: now)
    fresh = board.answer("/health")
    assert fresh is not None
    assert json.loads(fresh.body(now)) == {"status": "degraded", "reasons": ["control_plane_starting"]}
    now += 60
    assert board.answer("/health") is STALLED
    assert board.answer("/nothing") is None


def test_a_process_with_another_age_is_not_the_control_plane(tmp_path: Path) -> None:
    machine = Machine(disk=tmp_path, wall=lambda: 0.0)
    assert machine.process(1, uptime_s=0.0) is None
    assert machine.process(2**22 + 1, uptime_s=0.0) is None
