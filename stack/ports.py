"""Which TCP ports are free, and who holds the others."""

import socket
from collections.abc import Collection, Iterator, Mapping
from itertools import chain, count
from typing import Final

import psutil  # type: ignore[import-untyped]

from stack.failures import StackFailed

LOOPBACK: Final = "127.0.0.1"
_SHOWN: Final = 120


def free_port(preferred: int = 0) -> int:
    """`preferred` when nobody listens there, else any port that nobody listens on at this moment."""
    if preferred and is_free(preferred):
        return preferred
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    """Whether a server can listen there, on every address of this machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except (OSError, OverflowError):  # the latter: beyond 65535
            return False
    return True


def following(first: int, *, taken: Collection[int]) -> Iterator[int]:
    """`first`, then the ports after it that are not taken already."""
    return chain((first,), (port for port in count(first + 1) if port not in taken))


def demand_free(ports: Mapping[str, tuple[int, str]]) -> None:
    """Name of a process to its port and the option that sets another. Raises StackFailed that names all taken ones."""
    asked = [port for port, _ in ports.values()]
    faults = [
        f"Port {port} ({name}) cannot be used: {_reason(port)}. {_way_out(port, option)}"
        for name, (port, option) in ports.items()
        if not is_free(port)
    ]
    faults += [f"Port {port} is asked for twice." for port in sorted(set(asked)) if asked.count(port) > 1]
    if faults:
        raise StackFailed("\n".join(faults))


def _reason(port: int) -> str:
    found = holder(port)
    if found:
        return f"{found} listens there"
    return "only the administrator may use ports below 1024" if port < 1024 else "another program listens there"


def _way_out(port: int, option: str) -> str:
    return f'End that program, or choose another port: make up ARGS="{option} {port + 10}"'


def holder(port: int) -> str:
    """Process number and command of who listens there; empty when that cannot be seen."""
    try:
        connections = psutil.net_connections(kind="tcp")
    except (psutil.Error, OSError):
        return ""
    for connection in connections:
        if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port and connection.pid:
            return _process(connection.pid)
    return ""


def _process(pid: int) -> str:
    try:
        return f"process {pid} ({' '.join(psutil.Process(pid).cmdline())[:_SHOWN]})"
    except psutil.Error:
        return f"process {pid}"
