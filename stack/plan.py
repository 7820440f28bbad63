"""Which processes one installation consists of, with which settings each runs, and in which order they start."""

import os
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGTERM
from typing import Final

from stack import edge
from stack.ports import following
from stack.unit import Turn, Unit

ROOT: Final = Path(__file__).resolve().parents[1]
LOOPBACK: Final = "127.0.0.1"
MAIN: Final = "main"
_CONFIG: Final = 78
"""EX_CONFIG of sysexits.h: settings that cannot be used do not get better by trying again."""
_SPARE_S: Final = 10.0
DASHBOARD: Final = ROOT / "dashboard" / "dist"
Ports = dict[str, int]
"""By the name of the control plane."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One installation on this machine."""

    cwd: Path
    """Where the processes run, and look for `.env`."""
    data: Path
    """`DATA_DIR`."""
    logs: Path
    token: str = field(repr=False)
    """`AUTH_TOKEN`."""
    environment: Mapping[str, str] = field(repr=False)
    """What every process inherits."""
    nodes: Mapping[str, int]
    """Name of each control plane to its port."""
    streams: Mapping[str, int] = field(default_factory=dict)
    """The same to the port of its media sockets; they come to the other one where none is named."""
    webhooks: Mapping[str, int] = field(default_factory=dict)
    """The same to the port of webhooks."""
    sidecar_port: int
    edge_port: int | None
    """None: without Nginx."""
    public: str = ""
    """The address under which carriers reach the installation; empty: the one on this machine."""
    drain_s: int = 30
    trusted_proxies: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        """Where people and carriers on this machine find it."""
        return f"http://{LOOPBACK}:{self.edge_port or next(iter(self.nodes.values()))}"

    @property
    def carriers(self) -> str:
        """What is entered at the carrier. Without the name of a control plane: a new call may go to any."""
        return self.public or self.address

    def webhook_base(self, node: str) -> str:
        """The way back to the one that has a call."""
        return self.carriers if len(self.nodes) == 1 else f"{self.carriers}/n/{node}"


def nodes(count: int, *, first: int, taken: Collection[int], name: str = MAIN) -> tuple[Ports, Ports, Ports]:
    """Names and ports of so many control planes, then the ports of their media sockets, then those of webhooks.

    `name` alone, else a, b, …; each has the next three ports that nobody else has, in this order.
    """
    names = [name] if count == 1 else [chr(ord("a") + place) for place in range(count)]
    ports = following(first, taken=taken)
    found: tuple[Ports, Ports, Ports] = ({}, {}, {})
    for each in names:
        for kind in found:
            kind[each] = next(ports)
    return found


def units(plan: Plan) -> tuple[Unit, ...]:
    """In the order in which they are started. Writes the configuration of Nginx."""
    edges = (edge_unit(plan),) if plan.edge_port else ()
    return (*(control_unit(plan, node) for node in plan.nodes), sidecar_unit(plan), *edges)


def control_unit(plan: Plan, node: str) -> Unit:
    port, stream, webhooks = plan.nodes[node], plan.streams.get(node, 0), plan.webhooks.get(node, 0)
    settings = {
        "HOST": LOOPBACK,
        "API_PORT": str(port),
        "STREAM_PORT": str(stream),
        "WEBHOOK_PORT": str(webhooks),
        "NODE_ID": node,
        "NODE_ADDRESS": f"http://{LOOPBACK}:{port}",
        "WEBHOOK_BASE_URL": plan.webhook_base(node),
        "SIDECAR_URL": f"http://{LOOPBACK}:{plan.sidecar_port}",
        "AUTH_TOKEN": plan.token,
        "DATA_DIR": str(plan.data),
        "DRAIN_SECONDS": str(plan.drain_s),
    }
    if stream and not plan.edge_port:
        settings["WS_STREAM_URL"] = f"ws://{LOOPBACK}:{stream}/stream/media"  # nothing else leads there
    return Unit(
        name="control plane" if len(plan.nodes) == 1 else f"control plane {node}",
        command=(sys.executable, "-m", "control_plane", "run"),
        cwd=plan.cwd,
        log=plan.logs / f"control-plane-{node}.log",
        environment={**_surroundings(plan), **settings},
        ready=f"http://{LOOPBACK}:{port}/health/ready",
        turn=Turn.CALLS,
        patience_s=plan.drain_s + _SPARE_S,
        orphaned=SIGTERM,
        hopeless=frozenset({_CONFIG}),
    )


def sidecar_unit(plan: Plan) -> Unit:
    settings = {
        "METRICS_HOST": LOOPBACK,
        "METRICS_PORT": str(plan.sidecar_port),
        "CONTROL_PLANE_URLS": ",".join(f"{node}=http://{LOOPBACK}:{port}" for node, port in plan.nodes.items()),
        "AUTH_TOKEN": plan.token,
        "DATA_DIR": str(plan.data),
    }
    if plan.edge_port:
        settings["CALLBACK_LOG"] = str(edge.callback_log(_edge(plan)))
    return Unit(
        name="sidecar",
        command=(sys.executable, "-m", "metrics_sidecar"),
        cwd=plan.cwd,
        log=plan.logs / "sidecar.log",
        environment={**_surroundings(plan), **settings},
        ready=f"http://{LOOPBACK}:{plan.sidecar_port}/health/live",
        ready_s=30.0,
        turn=Turn.FIGURES,
        hopeless=frozenset({_CONFIG}),
    )


def edge_unit(plan: Plan) -> Unit:
    """Raises StackFailed or OSError when its configuration cannot be written."""
    written = _edge(plan)
    edge.write(written)
    return Unit(
        name="nginx",
        command=edge.command(written),
        cwd=plan.cwd,
        log=plan.logs / "nginx.log",
        environment=_surroundings(plan),
        ready=f"http://{LOOPBACK}:{plan.edge_port}/",
        good=frozenset({200, 503}),  # 503 is its own page which says that the dashboard is not built
        ready_s=20.0,
        reopens=edge.other_logs(written),
        callers=(edge.callback_log(written),),
        turn=Turn.EDGE,
        orphaned=SIGTERM,  # it takes its workers along, which would outlive a killed master
    )


def _edge(plan: Plan) -> edge.Edge:
    assert plan.edge_port is not None
    return edge.Edge(
        folder=plan.data / "edge",
        port=plan.edge_port,
        control_planes={node: _place(plan, node) for node in plan.nodes},
        sidecar=f"{LOOPBACK}:{plan.sidecar_port}",
        dashboard=DASHBOARD,
        trusted_proxies=plan.trusted_proxies,
    )


def _place(plan: Plan, node: str) -> str:
    api, webhooks = plan.nodes[node], plan.webhooks.get(node)
    stream = plan.streams.get(node) or (api if webhooks else None)
    return f"{LOOPBACK}:" + "/".join(str(port) for port in (api, stream, webhooks) if port)


def _surroundings(plan: Plan) -> dict[str, str]:
    path = os.pathsep.join(filter(None, (str(ROOT), plan.environment.get("PYTHONPATH", ""))))
    return {**plan.environment, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}
