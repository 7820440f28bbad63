"""A real Nginx in front of whatever a test puts behind it."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from scripts import system_parts
from stack import edge as edges
from stack.edge import Edge
from tests.stack.running import eventually, free_port

DEAD = "127.0.0.1:1"
"""Nobody listens there."""


def demand_nginx() -> None:
    """Without Nginx there is nothing to test; where all parts have to be present that is a fault."""
    if system_parts.find("nginx") is None:
        if os.environ.get("CI"):
            pytest.fail("Nginx is not installed: python3 scripts/system_parts.py nginx")
        pytest.skip("Nginx is not installed")


def make_edge(folder: Path, *, control_planes: Mapping[str, str], sidecar: str = DEAD, **more: Any) -> Edge:
    """An edge with a small dashboard, on free ports."""
    dashboard = folder / "dashboard"
    (dashboard / "assets").mkdir(parents=True)
    (dashboard / "index.html").write_text("<!doctype html><title>Centralita</title>")
    (dashboard / "favicon.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (dashboard / "assets" / "index-1a2b.js").write_text("console.log(1);" * 200)
    (dashboard / "docs").mkdir()
    (dashboard / "docs" / "swagger-ui-bundle.js").write_text("console.log(1);")
    return Edge(
        folder=folder / "edge",
        port=free_port(),
        control_planes=control_planes,
        sidecar=sidecar,
        dashboard=dashboard,
        **more,
    )


@contextmanager
def running(edge: Edge) -> Iterator[str]:
    """`http://…` of the edge, while it runs."""
    demand_nginx()
    edges.write(edge)
    edges.check(edge)
    process = subprocess.Popen(edges.command(edge), stderr=subprocess.PIPE)
    url = f"http://127.0.0.1:{edge.port}"

    def answers() -> bool:
        assert process.poll() is None, process.stderr and process.stderr.read()
        try:
            return httpx.get(f"{url}/favicon.svg", timeout=2).status_code < 500
        except httpx.TransportError:
            return False

    try:
        eventually(answers, within_s=10, what="the web server's first answer")
        yield url
    finally:
        process.terminate()
        process.wait(10)
        assert process.stderr is not None
        process.stderr.close()


def access_log(edge: Edge) -> list[dict[str, Any]]:
    return _lines(edge.folder / "logs" / "access.log")


def callbacks(edge: Edge) -> list[dict[str, Any]]:
    return _lines(edges.callback_log(edge))


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
