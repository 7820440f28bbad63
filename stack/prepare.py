"""From options and settings to a plan that can be carried out, by one runner for one data folder."""

import fcntl
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from stack.failures import StackFailed
from stack.options import Options
from stack.plan import Plan, Ports, nodes
from stack.ports import demand_free, following, free_port
from stack.private import open_data_folder
from stack.settings import Settings
from stack.settings_check import read
from stack.sign_in import kept_token

_LOCK: Final = "runner.lock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """`token_is_ours`: it was made here; else it was set, and is not to be shown."""

    plan: Plan
    token_is_ours: bool


def data_folder(settings: Settings, folder: Path) -> Path:
    return (folder / settings.get("DATA_DIR", "var")).resolve()


def prepare(options: Options, settings: Settings, *, folder: Path) -> Prepared:
    """`folder` is where the processes will run. Raises StackFailed, or OSError when the data folder cannot be used."""
    data = data_folder(settings, folder)
    written = read(settings)
    port = options.port or free_port()
    sidecar = _port(options.sidecar_port, written.sidecar_port)
    first = _port(options.control_port, written.control_port)
    control, *beside = nodes(options.nodes, first=first, taken=(port, sidecar), name=written.node)
    taken = (port, sidecar, *control.values())
    wanted = written.stream_port if options.stream_port is None else options.stream_port
    streams = _beside(wanted, beside[0], taken=taken)
    wanted = written.webhook_port if options.webhook_port is None else options.webhook_port
    webhooks = _beside(wanted, beside[1], taken=(*taken, *streams.values()))
    demand_free(
        {
            "nginx": (port, "--port"),
            "sidecar": (sidecar, "--sidecar-port"),
            **{f"control plane {name}": (number, "--control-port") for name, number in control.items()},
            **{f"media sockets of {name}": (number, "--stream-port") for name, number in streams.items()},
            **{f"webhooks of {name}": (number, "--webhook-port") for name, number in webhooks.items()},
        }
    )
    token = settings.get("AUTH_TOKEN")
    plan = Plan(
        cwd=folder,
        data=data,
        logs=data / "logs",
        token=token or kept_token(data),
        environment=settings.environment,
        nodes=control,
        streams=streams,
        webhooks=webhooks,
        sidecar_port=sidecar,
        edge_port=port,
        public=settings.get("WEBHOOK_BASE_URL").rstrip("/"),
        drain_s=written.drain_s,
        trusted_proxies=written.trusted_proxies,
    )
    return Prepared(plan=plan, token_is_ours=not token)


def _port(asked: int | None, configured: int) -> int:
    return configured if asked is None else asked or free_port()


def _beside(first: int, beside: Ports, *, taken: Collection[int]) -> Ports:
    """From `first` on; 0: those beside the control planes. Nobody has to know the latter, so each may be another."""
    if not first:
        return {name: free_port(port) for name, port in beside.items()}
    ports = following(first, taken=taken)
    return {name: next(ports) for name in beside}


@contextmanager
def alone(data: Path) -> Iterator[None]:
    """Keep a second runner away from the same data. Raises StackFailed; the kernel forgets dead runners."""
    open_data_folder(data)
    with (data / _LOCK).open("a+", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise StackFailed(
                f"This installation runs already: process {lock.read().strip()} looks after {data}. "
                "End it with Ctrl-C there, or use another DATA_DIR."
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield
