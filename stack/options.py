"""What the command line of `python -m stack` says."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

MOST_NODES: Final = 16
EDGE_PORT: Final = 8080
CONTROL_PORT: Final = 3008
SIDECAR_PORT: Final = 3009
_HELP: Final = {
    "up": "run the whole installation until Ctrl-C",
    "footprint": "start it idle and say how much memory and disk it takes",
    "edge": "write the web server's configuration, and become the web server (for services)",
    "folder": "where its configuration, logs and cache go",
    "control": "NAME=HOST:PORT/STREAM_PORT/WEBHOOK_PORT of every control plane; without the last, or the last two, "
    "webhooks and media streams go to PORT too (default: main=127.0.0.1:3008)",
    "sidecar": "HOST:PORT of the sidecar",
    "address": "on which it listens",
    "tls_port": "HTTPS as well, on this port; the plain port then leads there",
    "server_name": "the public name",
    "certificate": "PEM file, with the chain (default: one is made, for trying out)",
    "trusted_proxies": "addresses and networks of proxies in front, who say which client asks, and how",
    "port": f"of Nginx (default: {EDGE_PORT}; 0: any free one)",
    "control_port": f"of the control plane, the first of several (default: API_PORT or {CONTROL_PORT}; 0: any)",
    "stream_port": "of the control plane's media sockets, the first of several (default: STREAM_PORT, or the port "
    "after the control plane's; 0: that one, or any free one)",
    "webhook_port": "of the control plane for webhooks, the first of several (default: WEBHOOK_PORT, or the second "
    "after the control plane's; 0: that one, or any free one)",
    "sidecar_port": f"of the sidecar (default: METRICS_PORT or {SIDECAR_PORT}; 0: any)",
    "nodes": "so many control planes beside each other, named a, b, … (default: 1)",
    "json": "log lines as the processes write them; what the runner says goes to standard error",
    "quiet": "no log lines, only what the runner says",
    "open": "open the dashboard in a browser, if there is one",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """A port of None is left to the settings."""

    command: str
    port: int = EDGE_PORT
    control_port: int | None = None
    stream_port: int | None = None
    webhook_port: int | None = None
    sidecar_port: int | None = None
    nodes: int = 1
    json: bool = False
    quiet: bool = False
    open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeOptions:
    """The web server alone."""

    command: str
    folder: Path
    control: Sequence[str]
    sidecar: str
    address: str
    port: int
    tls_port: int | None
    server_name: str
    certificate: Path | None
    key: Path | None
    trusted_proxies: Sequence[str] = ()


def parse(arguments: Sequence[str]) -> Options | EdgeOptions:
    """Exits with a message when they make no sense."""
    parser = argparse.ArgumentParser(prog="python -m stack", description="One installation on this machine.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="up|edge|footprint")
    _add_up(commands.add_parser("up", help=_HELP["up"]))
    _add_edge(commands.add_parser("edge", help=_HELP["edge"]))
    commands.add_parser("footprint", help=_HELP["footprint"])
    given = vars(parser.parse_args(arguments))
    if given["command"] == "edge":
        return EdgeOptions(**given)
    if not 1 <= given.get("nodes", 1) <= MOST_NODES:
        parser.error(f"--nodes is 1 to {MOST_NODES}")
    return Options(**given)


def _add_up(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=_port, default=EDGE_PORT, metavar="N", help=_HELP["port"])
    parser.add_argument("--control-port", type=_port, metavar="N", help=_HELP["control_port"])
    parser.add_argument("--stream-port", type=_port, metavar="N", help=_HELP["stream_port"])
    parser.add_argument("--webhook-port", type=_port, metavar="N", help=_HELP["webhook_port"])
    parser.add_argument("--sidecar-port", type=_port, metavar="N", help=_HELP["sidecar_port"])
    parser.add_argument("--nodes", type=int, default=1, metavar="N", help=_HELP["nodes"])
    parser.add_argument("--json", action="store_true", help=_HELP["json"])
    parser.add_argument("--quiet", action="store_true", help=_HELP["quiet"])
    parser.add_argument("--open", action="store_true", help=_HELP["open"])


def _add_edge(parser: argparse.ArgumentParser) -> None:
    main = f"main=127.0.0.1:{CONTROL_PORT}"
    parser.add_argument("--folder", type=Path, required=True, metavar="DIR", help=_HELP["folder"])
    parser.add_argument("--control", nargs="+", default=(main,), metavar="NODE", help=_HELP["control"])
    parser.add_argument("--sidecar", default=f"127.0.0.1:{SIDECAR_PORT}", metavar="PLACE", help=_HELP["sidecar"])
    parser.add_argument("--address", default="127.0.0.1", help=_HELP["address"])
    parser.add_argument("--port", type=_port, default=EDGE_PORT, metavar="N", help=_HELP["port"])
    parser.add_argument("--tls-port", type=_port, metavar="N", help=_HELP["tls_port"])
    parser.add_argument("--server-name", default="_", metavar="NAME", help=_HELP["server_name"])
    parser.add_argument("--certificate", type=Path, metavar="FILE", help=_HELP["certificate"])
    parser.add_argument("--trusted-proxies", nargs="+", default=(), metavar="CIDR", help=_HELP["trusted_proxies"])
    parser.add_argument("--key", type=Path, metavar="FILE", help="the certificate's key")


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port")
    return int(text)
