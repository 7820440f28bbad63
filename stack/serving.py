"""`python -m stack edge`: this process becomes the web server, for whoever keeps services alive."""

import os
import sys
from typing import NoReturn

from stack import edge
from stack.edge import Edge
from stack.failures import StackFailed
from stack.options import EdgeOptions
from stack.plan import DASHBOARD
from stack.private import keep_private


def serve_edge(options: EdgeOptions) -> NoReturn:
    """Ends with a message when it cannot be done. The same command with a new configuration wants a restart."""
    keep_private()
    try:
        written = _edge(options)
        edge.write(written)
        edge.check(written)
        command = edge.command(written)
    except (StackFailed, OSError) as failure:
        sys.exit(str(failure))
    os.execv(command[0], command)  # noqa: S606


def _edge(options: EdgeOptions) -> Edge:
    return Edge(
        folder=options.folder.resolve(),
        address=options.address,
        port=options.port,
        tls_port=options.tls_port,
        certificate=options.certificate,
        key=options.key,
        server_name=options.server_name,
        control_planes=dict(_named(node) for node in options.control),
        sidecar=options.sidecar,
        dashboard=DASHBOARD,
        trusted_proxies=options.trusted_proxies,
    )


def _named(node: str) -> tuple[str, str]:
    name, equals, place = node.partition("=")
    if not equals:
        raise StackFailed(f"{node!r} names no control plane: write NAME=HOST:PORT/STREAM_PORT/WEBHOOK_PORT.")
    return name, place
