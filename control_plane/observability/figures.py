"""The registry of metrics as the core's figures."""

import math
from collections.abc import Iterable, Mapping
from typing import Any, Final

from prometheus_client import CollectorRegistry, Metric
from prometheus_client.registry import Collector

from control_plane.core.alert.figures import Family, Figure, Kind, Measurable, Snapshot

SUFFIX: Final[Mapping[str, str]] = {"counter": "_total", "gauge": "", "histogram": "_bucket"}
"""What the samples that are read have behind the family's name, by kind. Other kinds are not read."""

OURS: Final = "gateway_"


def catalogue(registry: CollectorRegistry) -> dict[str, Measurable]:
    """What can be measured, by full name (`gateway_turns_total`, `process_open_fds`)."""
    labels, edges = _declared(registry)
    found = {}
    for family in registry.collect():
        if (kind := _kind(family)) is not None:
            found[_full_name(family)] = Measurable(
                kind=kind, labels=labels.get(family.name, ()), edges=edges.get(family.name, ())
            )
    return found


def snapshot(registry: CollectorRegistry, names: Iterable[str]) -> Snapshot:
    """The figures of these metrics as they are now; those that do not exist are left out. Nothing else is collected."""
    wanted = frozenset(names)
    found = {}
    for collector in tuple(registry._collector_to_names):
        if not _has_any(collector, wanted):
            continue
        families = [family for family in collector.collect() if _full_name(family) in wanted and _kind(family)]
        found.update({_full_name(family): _family(family) for family in families})
    return found


def _has_any(collector: Collector, wanted: frozenset[str]) -> bool:
    """Of what is not a single metric only collecting would tell; such are the process's own figures."""
    name = getattr(collector, "_name", "")
    return not wanted.isdisjoint((name, f"{name}_total")) if name else any(not w.startswith(OURS) for w in wanted)


def _family(family: Metric) -> Family:
    kind = _kind(family)
    assert kind is not None
    figures = (_figure(sample) for sample in family.samples if sample.name == family.name + SUFFIX[kind])
    return Family(kind=kind, figures=tuple(figures))


def _figure(sample: Any) -> Figure:
    labels = dict(sample.labels)
    edge = labels.pop("le", None)
    return Figure(labels=labels, value=sample.value, edge=None if edge is None else float(edge))


def _kind(family: Metric) -> Kind | None:
    kinds: Mapping[str, Kind] = {"counter": "counter", "gauge": "gauge", "histogram": "histogram"}
    return kinds.get(family.type)


def _full_name(family: Metric) -> str:
    return family.name + ("_total" if family.type == "counter" else "")


def _declared(registry: CollectorRegistry) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[float, ...]]]:
    """Labels and finite edges by family, which the library shows only of metrics that have counted something."""
    labels: dict[str, tuple[str, ...]] = {}
    edges: dict[str, tuple[float, ...]] = {}
    for metric in registry._collector_to_names:
        name = getattr(metric, "_name", "")
        labels[name] = tuple(getattr(metric, "_labelnames", ()))
        edges[name] = tuple(edge for edge in getattr(metric, "_kwargs", {}).get("buckets", ()) if math.isfinite(edge))
    return labels, edges
