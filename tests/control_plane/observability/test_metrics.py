"""The catalogue: names, labels, documentation, text form."""

import re
from pathlib import Path

from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from control_plane.observability.metrics import Metrics

ROOT = Path(__file__).parents[3]
NAME = re.compile(r"gateway_[a-z]+(_[a-z]+)*_(total|seconds|live|info|waiting|subscribers|bytes|entries|state)")
LABELS = {
    "direction",
    "cause",
    "stage",
    "outcome",
    "carrier",
    "reason",
    "kind",
    "provider",
    "step",
    "route",
    "status",
    "operation",
    "generation",
    "version",
}
"""Labels whose values are few. A new one belongs here after somebody has thought about how many values it has."""


def families() -> list[Metric]:
    return [family for family in Metrics().registry.collect() if family.name.startswith("gateway_")]


def full_name(family: Metric) -> str:
    return family.name + {"counter": "_total", "info": "_info"}.get(family.type, "")


def test_every_name_follows_the_rule() -> None:
    assert [full_name(family) for family in families() if not NAME.fullmatch(full_name(family))] == []


def test_no_label_can_hold_a_number_or_the_id_of_a_call() -> None:
    declared = {
        name: set(metric._labelnames) for name, metric in vars(Metrics()).items() if hasattr(metric, "_labelnames")
    }
    assert {name: labels - LABELS for name, labels in declared.items() if labels - LABELS} == {}


def test_every_attribute_is_named_like_its_metric() -> None:
    declared = {f"gateway_{name}" for name, metric in vars(Metrics()).items() if hasattr(metric, "_labelnames")}
    assert declared == {full_name(family) for family in families()}


def test_every_metric_is_documented_with_its_labels_and_nothing_else_is() -> None:
    text = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    documented = {
        name: set(re.findall(r"`(\w+)`", labels))
        for name, labels in re.findall(r"^\| `(gateway_\w+)` \| [^|]+ \| ([^|]*) \|", text, re.M)
    }
    declared = {
        f"gateway_{name}": set(metric._labelnames)
        for name, metric in vars(Metrics()).items()
        if hasattr(metric, "_labelnames")
    }
    declared["gateway_build_info"] = {"version"}
    assert documented == declared


def test_every_metric_is_measured_somewhere() -> None:
    catalogue = ROOT / "control_plane" / "observability" / "metrics.py"
    code = [path for path in (ROOT / "control_plane").rglob("*.py") if path != catalogue]
    used = " ".join(path.read_text(encoding="utf-8") for path in code)
    declared = {name for name, metric in vars(Metrics()).items() if hasattr(metric, "_labelnames")} - {"build_info"}
    assert sorted(name for name in declared if f"metrics.{name}" not in used) == []


def test_what_is_counted_appears_in_the_text_form() -> None:
    metrics = Metrics(version="1.2.3")
    metrics.calls_live.inc()
    metrics.calls_started_total.labels(direction="inbound").inc()
    metrics.turn_stage_seconds.labels(stage="first_token").observe(0.2)
    parsed = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(metrics.render().decode())
        for sample in family.samples
    }
    assert parsed["gateway_calls_live",] == 1
    assert parsed["gateway_calls_started_total", "inbound"] == 1
    assert parsed["gateway_turn_stage_seconds_count", "first_token"] == 1
    assert parsed["gateway_build_info", "1.2.3"] == 1


def test_two_gateways_in_one_process_do_not_add_up() -> None:
    one, other = Metrics(), Metrics()
    one.turns_total.inc()
    assert b"gateway_turns_total 0.0" in other.render()
