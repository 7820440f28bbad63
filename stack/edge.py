"""The web server in front: its configuration for given addresses, and how it is run."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from stack.certificate import provide
from stack.edge_values import Listening, Paths, listening, paths, proxies, upstreams
from stack.failures import StackFailed

TEMPLATES: Final = Path(__file__).parents[1] / "nginx"

PLACES: Final = "/usr/sbin:/usr/local/sbin:/opt/homebrew/bin"
"""Where Nginx is for users who do not have the administrator's folders in their PATH."""

_VARIABLE: Final = re.compile(r"\$\{([A-Z0-9_]+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """One web server. Ports are open on `address`.

    Node ids and their addresses are the control planes: `host:port/stream_port/webhook_port`; without the last,
    or the last two, webhooks and media streams come to the same port as everything else.
    """

    folder: Path
    port: int
    tls_port: int | None = None
    certificate: Path | None = None
    key: Path | None = None
    server_name: str = "_"
    control_planes: Mapping[str, str]
    sidecar: str
    dashboard: Path
    address: str = "127.0.0.1"
    trusted_proxies: Sequence[str] = ()
    """Addresses and networks of proxies in front, whose word on client and scheme is taken."""


def write(edge: Edge) -> Path:
    """The main configuration file, and what it needs beside it. Raises StackFailed for values that cannot be."""
    values = _values(edge)
    for name in ("conf", "run"):
        (edge.folder / name).mkdir(parents=True, exist_ok=True)
    for name in ("logs", "cache", "certificates"):
        # Numbers of callers, answers of the API, keys.
        (edge.folder / name).mkdir(mode=0o700, exist_ok=True)
    callback_log(edge).touch(mode=0o600)
    for template in sorted(TEMPLATES.rglob("*.conf")):
        target = edge.folder / "conf" / template.relative_to(TEMPLATES)
        target.parent.mkdir(exist_ok=True)
        target.write_text(render(template.read_text(encoding="utf-8"), values), encoding="utf-8")
    return edge.folder / "conf" / "hybrid.conf"


def command(edge: Edge) -> tuple[str, ...]:
    """What runs it in the foreground."""
    folder = edge.folder.absolute()
    return (program(), "-e", "stderr", "-p", f"{folder}/", "-c", str(folder / "conf" / "hybrid.conf"))


def check(edge: Edge) -> None:
    """Ask Nginx itself whether it could start. Raises StackFailed with what it says."""
    tried = subprocess.run(  # noqa: S603 - our own command
        [*command(edge), "-t", "-q"], capture_output=True, text=True, timeout=20, check=False
    )
    if tried.returncode:
        raise StackFailed(f"Nginx does not take its configuration:\n{tried.stderr.strip()}")


def callback_log(edge: Edge) -> Path:
    """Where the calls are noted that no control plane answered."""
    return edge.folder / "logs" / "callbacks.log"


def other_logs(edge: Edge) -> tuple[Path, ...]:
    """What else it writes; all of them are begun anew after USR1."""
    return tuple(edge.folder / "logs" / name for name in ("access.log", "error.log"))


def render(template: str, values: Mapping[str, str]) -> str:
    """`${NAMES}` in capitals become their values; the rest is Nginx's own."""
    return _VARIABLE.sub(lambda found: values[found[1]], template)


def program() -> str:
    """Path of Nginx. Raises StackFailed when there is none."""
    found = shutil.which("nginx", path=os.environ.get("PATH", "") + os.pathsep + PLACES)
    if found is None:
        raise StackFailed("Nginx is not installed. On Debian and Ubuntu: sudo apt-get install nginx-light")
    return found


def version() -> tuple[int, ...]:
    """`(1, 22, 1)`."""
    said = subprocess.run([program(), "-v"], capture_output=True, text=True, timeout=10, check=False).stderr  # noqa: S603
    found = re.search(r"nginx/(\d+)\.(\d+)\.(\d+)", said)
    return tuple(map(int, found.groups())) if found else ()


def _values(edge: Edge) -> dict[str, str]:
    certificate, key = _certificate(edge)
    places = Paths(
        folder=edge.folder,
        templates=TEMPLATES,
        dashboard=edge.dashboard,
        certificate=certificate,
        key=key,
        callback_log=callback_log(edge),
    )
    ports = Listening(address=edge.address, port=edge.port, tls_port=edge.tls_port, nginx=version())
    if not re.fullmatch(r"[A-Za-z0-9_.*: -]+", edge.server_name):
        raise StackFailed(f"{edge.server_name!r} cannot be the name of a web server.")
    return {
        **paths(places),
        **listening(ports),
        **upstreams(edge.control_planes, edge.sidecar),
        **proxies(edge.trusted_proxies),
        "SERVER_NAME": edge.server_name,
        # Whoever starts as administrator has files that no other user can read: the dashboard, for one.
        "USER_LINE": "user root;" if os.geteuid() == 0 else "",
        "WORKERS": "2",
        "ERROR_LEVEL": "crit",
        "RESOLVER": "",
    }


def _certificate(edge: Edge) -> tuple[Path, Path]:
    if edge.certificate and edge.key:
        return edge.certificate, edge.key
    if edge.certificate or edge.key:
        raise StackFailed("A certificate needs its key, and a key its certificate.")
    place = edge.folder / "certificates"
    # Without TLS nothing looks there.
    return provide(place, edge.server_name) if edge.tls_port else (place / "none.pem", place / "none.key")
