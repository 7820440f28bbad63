"""Dashboards and rules: each query can be read, and asks for figures that somebody exports."""

import json
import subprocess
from pathlib import Path

import pytest
import yaml

from scripts.system_parts import find
from tests.observability.queries import (
    DASHBOARDS,
    EVERYWHERE,
    PROMETHEUS,
    every_query,
    grouped_by,
    known_series,
    selectors,
)

MOST_PANELS = 40


def promtool(*arguments: str, stdin: bytes | None = None) -> str:
    """What it says; a fault fails the test with its words."""
    program = find("promtool")
    assert program is not None, "promtool is missing: python3 scripts/system_parts.py promtool"
    done = subprocess.run(
        [program, *arguments], input=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout.decode()
    return done.stdout.decode()


def test_prometheus_can_read_its_configuration() -> None:
    assert "SUCCESS" in promtool("check", "config", "--syntax-only", str(PROMETHEUS / "prometheus.yml"))


def test_the_rules_are_rules() -> None:
    promtool("check", "rules", str(PROMETHEUS / "recording.yml"), str(PROMETHEUS / "alerts.yml"))


def test_every_alert_speaks_and_is_silent_when_it_should_be() -> None:
    promtool("test", "rules", str(PROMETHEUS / "alerts_test.yml"))


def test_every_alert_is_tried_out() -> None:
    tried = (PROMETHEUS / "alerts_test.yml").read_text(encoding="utf-8")
    groups = yaml.safe_load((PROMETHEUS / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    alerts = [rule for group in groups for rule in group["rules"]]
    assert [rule["alert"] for rule in alerts if rule["alert"] not in tried] == []
    assert {rule["labels"]["severity"] for rule in alerts} == {"page", "ticket"}


def test_prometheus_can_read_every_query(tmp_path: Path) -> None:
    rules = [{"record": f"query:{number}", "expr": expr} for number, (_, expr) in enumerate(every_query())]
    file = tmp_path / "queries.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "queries", "rules": rules}]}))
    promtool("check", "rules", "--lint=none", str(file))


def test_queries_ask_only_for_figures_that_are_exported() -> None:
    known = known_series()
    strange = [(where, name) for where, expr in every_query() for name, _ in selectors(expr) if name not in known]
    assert strange == []


def test_queries_tell_figures_apart_by_labels_that_they_have() -> None:
    known = known_series()
    labels = set().union(*known.values())
    for where, expression in every_query():
        assert grouped_by(expression) <= labels, where
        for name, matched in selectors(expression):
            assert matched <= known[name] | EVERYWHERE, f"{where}: {name}"


@pytest.mark.parametrize("expression", ["sum(rate(gateway_nonsense_total[5m]))", "process:nonsense:p99_5m"])
def test_a_figure_that_nobody_exports_is_noticed(expression: str) -> None:
    assert [name for name, _ in selectors(expression) if name not in known_series()] != []


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_a_dashboard_is_one_grafana_takes(path: Path) -> None:
    board = json.loads(path.read_text(encoding="utf-8"))
    assert board["uid"] == f"centralita-{path.stem}"
    assert {variable["name"] for variable in board["templating"]["list"]} == {"datasource", "process"}
    panels = board["panels"]
    assert len(panels) < MOST_PANELS
    assert len({panel["id"] for panel in panels}) == len(panels)
    for panel in panels:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24, panel["title"]
        assert panel["type"] == "row" or panel["targets"], panel["title"]


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_panels_do_not_lie_on_each_other(path: Path) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in json.loads(path.read_text(encoding="utf-8"))["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken, panel["title"]
        taken |= cells


def test_grafana_finds_source_and_dashboards() -> None:
    provisioning = DASHBOARDS[0].parents[1] / "provisioning"
    [source] = yaml.safe_load((provisioning / "datasources" / "prometheus.yml").read_text())["datasources"]
    assert (source["uid"], source["type"]) == ("prometheus", "prometheus")
    assert source["jsonData"]["exemplarTraceIdDestinations"][0]["name"] == "trace_id"
    [provider] = yaml.safe_load((provisioning / "dashboards" / "centralita.yml").read_text())["providers"]
    assert provider["type"] == "file"
    assert {path.stem for path in DASHBOARDS} == {"calls", "latency", "providers", "processes"}
