"""What the names in capitals of the web server's templates become."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Final

from stack.failures import StackFailed

HTTP2_IS_A_DIRECTIVE: Final = (1, 25, 1)
"""From this version on; before, it is a word of `listen`."""

HTTPS: Final = 443

CHECKED: Final = "max_fails=2 fail_timeout=2s"
"""A control plane that failed twice is left alone for two seconds. Nginx ignores it for one that is alone."""

_PROXY_LINES: Final = ("real_ip_header X-Forwarded-For;", "real_ip_recursive on;")

_NODE: Final = re.compile(r"[a-z0-9-]{1,32}")
_ADDRESS: Final = re.compile(r"(?:[A-Za-z0-9_.-]+|\[[0-9a-fA-F:]+\]):\d{1,5}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """Files and folders of one web server."""

    folder: Path
    templates: Path
    dashboard: Path
    certificate: Path
    key: Path
    callback_log: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """Where it listens, and which version of Nginx does."""

    address: str
    port: int
    tls_port: int | None
    nginx: tuple[int, ...]


def paths(places: Paths) -> dict[str, str]:
    folder = places.folder
    found = {
        "RUN": folder / "run",
        "CACHE": folder / "cache",
        "ACME": folder / "acme",
        "PAGES": places.templates / "pages",
        "MARKUP": places.templates / "markup",
        "DASHBOARD": places.dashboard,
        "CERTIFICATE": places.certificate,
        "CERTIFICATE_KEY": places.key,
    }
    logs = {
        "ACCESS_LOG": folder / "logs" / "access.log",
        "ERROR_LOG": folder / "logs" / "error.log",
        "CALLBACK_LOG": places.callback_log,
    }
    # The names of logs have their quotes here: in a container they may be words, such as `stderr`.
    quoted = {name: f'"{_plain(path)}"' for name, path in logs.items()}
    return {name: _plain(path) for name, path in found.items()} | quoted


def listening(ports: Listening) -> dict[str, str]:
    directive = ports.nginx >= HTTP2_IS_A_DIRECTIVE
    return {
        "SERVERS": "tls" if ports.tls_port else "plain",
        "LISTEN": f"{ports.address}:{ports.port}",
        "LISTEN_TLS": f"{ports.address}:{ports.tls_port or HTTPS}",
        "LISTEN_HTTP2": "" if directive else " http2",
        "HTTP2": "http2 on;" if directive else "",
        "TLS_SUFFIX": "" if ports.tls_port in (None, HTTPS) else f":{ports.tls_port}",
    }


def upstreams(control_planes: Mapping[str, str], sidecar: str) -> dict[str, str]:
    """Raises StackFailed for names and addresses that are none."""
    if not control_planes:
        raise StackFailed("The web server needs at least one control plane.")
    for node, address in (*control_planes.items(), ("sidecar", sidecar)):
        if not _NODE.fullmatch(node):
            raise StackFailed(f"{node!r} cannot be the name of a control plane: a-z, 0-9 and -, at most 32.")
        if not _ADDRESS.fullmatch(address):
            raise StackFailed(f"{address!r} is no address of {node}: it has to be host:port.")
    return {
        "SIDECAR": sidecar,
        "CONTROL_PLANE_SERVERS": "\n".join(f"        server {each} {CHECKED};" for each in control_planes.values()),
        "NODE_UPSTREAMS": "\n".join(_node(node, control_planes) for node in control_planes),
        "NODE_POOLS": "\n".join(f'        "~^/n/{node}/" node_{node};' for node in control_planes),
    }


def proxies(trusted: Sequence[str]) -> dict[str, str]:
    """Raises StackFailed for what is neither an address nor a network."""
    for each in trusted:
        try:
            ip_network(each)
        except ValueError as error:
            raise StackFailed(f"{each!r} in TRUSTED_PROXIES is no address or network: {error}.") from None
    lines = [*(f"set_real_ip_from {each};" for each in trusted), *_PROXY_LINES] if trusted else []
    return {"REAL_IP": "\n".join(lines), "PROXIES": "\n".join(f"    {each}  1;" for each in trusted)}


def _node(node: str, control_planes: Mapping[str, str]) -> str:
    others = [address for other, address in control_planes.items() if other != node]
    lines = [f"server {control_planes[node]} {CHECKED};", *(f"server {each} {CHECKED} backup;" for each in others)]
    return "\n".join(
        (
            f"    upstream node_{node} {{",
            f"        zone node_{node} 64k;",
            *(f"        {line}" for line in lines),
            "        keepalive 16;",
            "        keepalive_timeout 60s;",
            "    }",
        )
    )


def _plain(path: Path) -> str:
    """A path that means itself between quotes."""
    text = str(path.absolute())
    if re.search(r'["\\$\n\r]', text):
        raise StackFailed(f"{text!r} has signs in it that cannot be in the configuration of a web server.")
    return text
