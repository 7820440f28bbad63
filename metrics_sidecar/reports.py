"""What the JSON answers say."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

from metrics_sidecar.catalogue import Callbacks
from metrics_sidecar.figures import Figures
from metrics_sidecar.fleet import ControlPlane, Fleet
from metrics_sidecar.health import TEXTS, Verdict
from metrics_sidecar.sources.machine import Host, Own

Age = Callable[[float], object]
"""Stands for how long ago a steady time is when the answer is given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Everything that is known at one time."""

    fleet: Fleet
    verdict: Verdict
    host: Host
    own: Own
    callbacks: Callbacks
    wall: float
    age: Age


def health(scene: Scene) -> dict[str, Any]:
    return {"status": scene.verdict.status, "reasons": [reason.code for reason in scene.verdict.reasons]}


def combined(scene: Scene) -> dict[str, Any]:
    """For everybody: no figures, no addresses."""
    return {
        "status": scene.verdict.status,
        "reasons": [asdict(reason) for reason in scene.verdict.reasons],
        "processes": [
            {"name": plane.name, "state": plane.watch.state, "age_s": _age(plane, scene.age)}
            for plane in scene.fleet.planes.values()
        ],
    }


def metrics(scene: Scene) -> dict[str, Any]:
    """Calls that are live are of the control planes that answer; counts out of the database that they share are taken
    once, from whoever knows most."""
    planes = list(scene.fleet.planes.values())
    answering = [plane.watch.figures for plane in planes if plane.answers and plane.watch.figures]
    known = [plane.watch.figures for plane in planes if plane.watch.figures]
    usages = [plane.usage for plane in planes if plane.answers]
    return {
        "status": scene.verdict.status,
        "at": round(scene.wall, 3),
        "age_s": {plane.name: _age(plane, scene.age) for plane in planes},
        "calls": {
            "live": sum(figures.calls_live for figures in answering) if answering else None,
            "today": _most(known, "calls_today"),
            "answered_today": _most(known, "answered_today"),
        },
        "messages": {"today": _most(known, "messages_today"), "total": _most(known, "messages_total")},
        "bots": _most(known, "bots"),
        "sellers": _most(known, "sellers"),
        "memory_mb": _mb(sum((usage.memory_bytes or 0 for usage in usages), scene.own.memory_bytes)),
        "cpu_percent": round(sum((usage.cpu_percent or 0.0 for usage in usages), scene.own.cpu_percent), 1),
        "uptime_s": round(max(figures.uptime_s for figures in answering), 1) if answering else None,
        "processes": {"known": len(planes), "answering": len(answering)},
    }


def status(scene: Scene) -> dict[str, Any]:
    return {
        "status": scene.verdict.status,
        "reasons": [asdict(reason) for reason in scene.verdict.reasons],
        "at": round(scene.wall, 3),
        "processes": [_process(plane, scene.age) for plane in scene.fleet.planes.values()],
        "host": _host(scene.host),
        "sidecar": {
            "pid": scene.own.pid,
            "memory_mb": _mb(scene.own.memory_bytes),
            "cpu_percent": round(scene.own.cpu_percent, 1),
            "uptime_s": round(scene.own.uptime_s, 1),
        },
        "callbacks": asdict(scene.callbacks),
    }


def _process(plane: ControlPlane, age: Age) -> dict[str, Any]:
    """Of a process that does not answer, only what lasts is told: the rest was true once."""
    watch, said = plane.watch, plane.watch.figures
    row: dict[str, Any] = {
        "name": plane.name,
        "state": watch.state,
        "text": TEXTS.get(watch.state, "is well"),
        "age_s": _age(plane, age),
        "state_s": age(watch.since) if watch.since else None,
        "usable": watch.usable,
        "node": said.node if said else None,
        "version": said.version if said else None,
    }
    if said is None or not plane.answers:
        unknown = ("pid", "uptime_s", "calls_live", "answer_ms", "memory_mb", "cpu_percent", "loop_lag_ms")
        return {**row, "ready": False, "draining": False, "reasons": [], **dict.fromkeys(unknown)}
    usage = plane.usage
    return {
        **row,
        "ready": said.ready,
        "draining": said.draining,
        "reasons": list(said.reasons),
        "pid": said.pid or None,
        "uptime_s": round(said.uptime_s, 1),
        "calls_live": said.calls_live,
        "answer_ms": round(1000 * watch.took_s, 1),
        "memory_mb": _mb(usage.memory_bytes) if usage.memory_bytes is not None else None,
        "cpu_percent": round(usage.cpu_percent, 1) if usage.cpu_percent is not None else None,
        "loop_lag_ms": round(plane.lag_ms, 2) if plane.lag_ms is not None else None,
    }


def history_row(scene: Scene) -> dict[str, float | None]:
    planes = [plane for plane in scene.fleet.planes.values() if plane.answers and plane.watch.figures]
    totals = metrics(scene)
    return {
        "at": round(scene.wall, 1),
        "calls_live": totals["calls"]["live"] if planes else None,
        "answer_ms": round(1000 * max(plane.watch.took_s for plane in planes), 1) if planes else None,
        "cpu_percent": totals["cpu_percent"],
        "memory_mb": totals["memory_mb"],
    }


def _host(host: Host) -> dict[str, Any]:
    return {
        "cpu_percent": host.cpu_percent,
        "cores": host.cores,
        "load": [round(value, 2) for value in host.load],
        "memory_mb": {"total": _mb(host.memory_total), "used": _mb(host.memory_used)},
        "disk_mb": {"total": _mb(host.disk_total), "free": _mb(host.disk_free)},
    }


def _age(plane: ControlPlane, age: Age) -> object:
    return age(plane.watch.answered_at) if plane.watch.answered_at is not None else None


def _most(known: Iterable[Figures], name: str) -> int | None:
    """`None` where nobody has counted."""
    counts = (getattr(figures, name) for figures in known)
    return max((count for count in counts if count is not None), default=None)


def _mb(size: int) -> float:
    return round(size / 1_000_000, 1)
