"""The sidecar's own metrics: every figure it exports for itself, declared once."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from metrics_sidecar.exposition.families import Family, Sample, escaped
from metrics_sidecar.fleet import Fleet
from metrics_sidecar.sources.machine import Host, Own

KINDS: Final = {
    "gateway_process_up": ("gauge", "Whether new work may be given to the control plane."),
    "gateway_process_ready": ("gauge", "Whether the control plane says that it takes calls."),
    "gateway_process_answer_seconds": ("gauge", "How long its last good answer took."),
    "gateway_process_age_seconds": ("gauge", "How old its last good answer is."),
    "gateway_process_memory_bytes": ("gauge", "Resident memory of the control plane."),
    "gateway_process_cpu_ratio": ("gauge", "Processor time the control plane takes, of one core."),
    "gateway_process_uptime_seconds": ("gauge", "How long the control plane has run."),
    "gateway_sidecar_polls": ("counter", "Looks at control planes, by what they showed."),
    "gateway_sidecar_dropped_lines": ("gauge", "Lines of its last metrics that could not be used."),
    "gateway_sidecar_memory_bytes": ("gauge", "Resident memory of the sidecar."),
    "gateway_sidecar_cpu_seconds": ("counter", "Processor time of the sidecar."),
    "gateway_sidecar_uptime_seconds": ("gauge", "How long the sidecar has run."),
    "gateway_sidecar_callbacks_waiting": ("gauge", "Callbacks that no control plane has taken yet."),
    "gateway_sidecar_callbacks": ("counter", "Callbacks by what became of them."),
    "gateway_host_cpu_ratio": ("gauge", "Processor time in use, of all cores."),
    "gateway_host_memory_bytes": ("gauge", "Memory of the machine."),
    "gateway_host_memory_used_bytes": ("gauge", "Memory of the machine that is not available."),
    "gateway_host_disk_bytes": ("gauge", "Size of the disk that holds the data."),
    "gateway_host_disk_free_bytes": ("gauge", "Free space on the disk that holds the data."),
    "gateway_host_load1": ("gauge", "Processes that ran or wanted to, over a minute."),
}

RESERVED: Final = frozenset(
    name for family in KINDS for name in (family, f"{family}_total" if KINDS[family][0] == "counter" else family)
)
"""Names that a control plane may not use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Callbacks:
    """The queue of callers to be called back."""

    waiting: int = 0
    full: bool = False
    delivered: int = 0
    refused: int = 0
    unreadable: int = 0


Value = tuple[str, str, float]
"""Family, labels, value."""


def own_families(fleet: Fleet, host: Host, *, own: Own, callbacks: Callbacks, now: float) -> list[Family]:
    families = {name: Family(name=name, kind=kind, help=text) for name, (kind, text) in KINDS.items()}
    for name, labels, value in (*_of_planes(fleet, now), *_of_sidecar(own, callbacks), *_of_host(host)):
        suffix = "_total" if families[name].kind == "counter" else ""
        families[name].samples.append(Sample(suffix, labels, f"{value:.10g}"))
    return [family for family in families.values() if family.samples]


def _of_planes(fleet: Fleet, now: float) -> Iterator[Value]:
    for plane in fleet.planes.values():
        label, watch = f'process="{escaped(plane.name)}"', plane.watch
        yield "gateway_process_up", label, float(watch.usable)
        for outcome, count in plane.polls.items():
            yield "gateway_sidecar_polls", f'{label},outcome="{outcome}"', count
        if watch.figures is None or watch.answered_at is None:
            continue
        yield "gateway_process_age_seconds", label, max(now - watch.answered_at, 0.0)
        yield "gateway_process_ready", label, float(plane.answers and watch.figures.ready)
        if not plane.answers:
            continue
        yield "gateway_process_answer_seconds", label, watch.took_s
        yield "gateway_process_uptime_seconds", label, watch.figures.uptime_s
        yield "gateway_sidecar_dropped_lines", label, plane.reading.dropped
        if plane.usage.memory_bytes is not None:
            yield "gateway_process_memory_bytes", label, plane.usage.memory_bytes
        if plane.usage.cpu_percent is not None:
            yield "gateway_process_cpu_ratio", label, plane.usage.cpu_percent / 100


def _of_sidecar(own: Own, callbacks: Callbacks) -> Iterator[Value]:
    yield "gateway_sidecar_memory_bytes", "", own.memory_bytes
    yield "gateway_sidecar_cpu_seconds", "", own.cpu_s
    yield "gateway_sidecar_uptime_seconds", "", own.uptime_s
    yield "gateway_sidecar_callbacks_waiting", "", callbacks.waiting
    yield "gateway_sidecar_callbacks", 'outcome="delivered"', callbacks.delivered
    yield "gateway_sidecar_callbacks", 'outcome="refused"', callbacks.refused
    yield "gateway_sidecar_callbacks", 'outcome="unreadable"', callbacks.unreadable


def _of_host(host: Host) -> Iterator[Value]:
    yield "gateway_host_cpu_ratio", "", host.cpu_percent / 100
    yield "gateway_host_memory_bytes", "", host.memory_total
    yield "gateway_host_memory_used_bytes", "", host.memory_used
    yield "gateway_host_disk_bytes", "", host.disk_total
    yield "gateway_host_disk_free_bytes", "", host.disk_free
    yield "gateway_host_load1", "", host.load[0]
