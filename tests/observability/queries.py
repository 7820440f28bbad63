"""What the dashboards and the rules ask Prometheus for, and which figures there are to ask for."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from control_plane.observability.metrics import Metrics
from metrics_sidecar.catalogue import KINDS

ROOT = Path(__file__).parents[2]
PROMETHEUS = ROOT / "observability" / "prometheus"
DASHBOARDS = sorted((ROOT / "observability" / "grafana" / "dashboards").glob("*.json"))

OF_PROMETHEUS = {"up": {"job"}, "ALERTS": {"alertstate", "alertname"}}
EVERYWHERE = {"process", "job", "le"}
"""Labels that Prometheus, the sidecar and histograms add."""

ENDINGS = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "info": ("_info",), "gauge": ("",)}
SELECTOR = re.compile(r"(?<![\w:\"])((?:gateway|process|provider|up|ALERTS)[\w:]*)\s*(?:\{([^}]*)\})?")
GROUPING = re.compile(r"\b(?:by|without|on|ignoring)\s*\(([^)]*)\)")
QUOTED = re.compile(r'"[^"]*"')


def rule_queries() -> Iterator[tuple[str, str]]:
    """(where, expression) of every rule."""
    for name in ("recording.yml", "alerts.yml"):
        for group in yaml.safe_load((PROMETHEUS / name).read_text(encoding="utf-8"))["groups"]:
            for rule in group["rules"]:
                yield f"{name}: {rule.get('record') or rule['alert']}", rule["expr"]


def dashboard_queries() -> Iterator[tuple[str, str]]:
    """The same of every panel and annotation, with Grafana's variables filled in."""
    for path in DASHBOARDS:
        board = json.loads(path.read_text(encoding="utf-8"))
        for panel in board["panels"]:
            for target in panel.get("targets", ()):
                yield f"{path.name}: {panel['title']}", _filled(target["expr"])
        for annotation in board["annotations"]["list"]:
            if "expr" in annotation:
                yield f"{path.name}: {annotation['name']}", _filled(annotation["expr"])


def _filled(expression: str) -> str:
    return expression.replace("$__rate_interval", "1m").replace("$process", ".*")


def every_query() -> list[tuple[str, str]]:
    return [*rule_queries(), *dashboard_queries()]


def selectors(expression: str) -> Iterator[tuple[str, set[str]]]:
    """(series, labels that are matched) of an expression."""
    for name, matchers in SELECTOR.findall(GROUPING.sub("", expression)):
        yield name, set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", QUOTED.sub('""', matchers)))


def grouped_by(expression: str) -> set[str]:
    """Labels that results are told apart by."""
    return {label.strip() for labels in GROUPING.findall(expression) for label in labels.split(",")} - {""}


def known_series() -> dict[str, set[str]]:
    """Every series that may be asked for, with its labels."""
    known: dict[str, set[str]] = {name: set(labels) for name, labels in OF_PROMETHEUS.items()}
    for name, kind, labels in _declared():
        for ending in ENDINGS[kind]:
            known[name + ending] = labels | EVERYWHERE
    for name, (kind, _) in KINDS.items():
        for ending in ENDINGS[kind]:
            known[name + ending] = {"outcome"} | EVERYWHERE
    for _, rule in _records():
        known[rule["record"]] = grouped_by(rule["expr"])
    return known


def _declared() -> Iterator[tuple[str, str, set[str]]]:
    """Name without ending, kind and labels of each metric of a control plane."""
    metrics = Metrics(version="x")
    labels: dict[str, Any] = {
        name: set(metric._labelnames) for name, metric in vars(metrics).items() if hasattr(metric, "_labelnames")
    }
    for family in metrics.registry.collect():
        attribute = family.name.removeprefix("gateway_") + {"counter": "_total", "info": "_info"}.get(family.type, "")
        yield family.name, family.type, labels.get(attribute, {"version"})


def _records() -> Iterator[tuple[str, dict[str, str]]]:
    for group in yaml.safe_load((PROMETHEUS / "recording.yml").read_text(encoding="utf-8"))["groups"]:
        yield from ((group["name"], rule) for rule in group["rules"])
