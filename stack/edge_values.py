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
_HOST: Final = r"(?P<host>[A-Za-z0-9_.-]+|\[[0-9a-fA-F:]+\])"
_ADDRESS: Final = re.compile(rf"{_HOST}:\d{{1,5}}")
_PLANE: Final = re.compile(rf"(?P<api>{_ADDRESS.pattern})(?:/(?P<stream>\d{{1,5}})(?:/(?P<webhook>\d{{1,5}}))?)?")
_KEPT: Final = ("keepalive 16;", "keepalive_timeout 60s;")


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
    if not _ADDRESS.fullmatch(sidecar):
        raise StackFailed(f"{sidecar!r} is no address of the sidecar: it has to be host:port.")
    api, stream, webhook = {}, {}, {}
    for node, address in control_planes.items():
        if not _NODE.fullmatch(node):
            raise StackFailed(f"{node!r} cannot be the name of a control plane: a-z, 0-9 and -, at most 32.")
        found = _PLANE.fullmatch(address)
        if found is None:
            raise StackFailed(
                f"{address!r} is no address of {node}: it has to be host:port, host:port/stream-port or "
                "host:port/stream-port/webhook-port."
            )
        api[node] = found["api"]
        stream[node], webhook[node] = (
            f"{found['host']}:{found[port]}" if found[port] else found["api"] for port in ("stream", "webhook")
        )
    return {
        "SIDECAR": sidecar,
        "CONTROL_PLANE_SERVERS": _servers(api),
        "NODE_UPSTREAMS": "\n".join(_upstream("node", node, addresses=api, more=_KEPT) for node in api),
        "NODE_POOLS": _pools("node", api),
        "STREAM_SERVERS": _servers(stream),
        "STREAM_UPSTREAMS": "\n".join(_upstream("stream", node, addresses=stream) for node in stream),
        "STREAM_POOLS": _pools("stream", stream),
        "WEBHOOK_SERVERS": _servers(webhook),
        "WEBHOOK_UPSTREAMS": "\n".join(_upstream("webhook", each, addresses=webhook, more=_KEPT) for each in webhook),
        "WEBHOOK_POOLS": _pools("webhook", webhook),
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


def _servers(addresses: Mapping[str, str]) -> str:
    return "\n".join(f"        server {each} {CHECKED};" for each in addresses.values())


def _pools(kind: str, addresses: Mapping[str, str]) -> str:
    return "\n".join(f'        "~^/n/{node}/" {kind}_{node};' for node in addresses)


def _upstream(kind: str, node: str, *, addresses: Mapping[str, str], more: Sequence[str] = ()) -> str:
    """One control plane, with the others behind it."""
    others = [address for other, address in addresses.items() if other != node]
    lines = [
        f"zone {kind}_{node} 64k;",
        f"server {addresses[node]} {CHECKED};",
        *(f"server {each} {CHECKED} backup;" for each in others),
        *more,
    ]
    return "\n".join((f"    upstream {kind}_{node} {{", *(f"        {line}" for line in lines), "    }"))


def _plain(path: Path) -> str:
    """A path that means itself between quotes."""
    text = str(path.absolute())
    if re.search(r'["\\$\n\r]', text):
        raise StackFailed(f"{text!r} has signs in it that cannot be in the configuration of a web server.")
    return text
