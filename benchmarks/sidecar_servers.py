"""What the sidecar's benchmark runs as processes: a control plane to watch, and other ways to serve the same answer."""

import asyncio
import importlib
import json
import os
import sys
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any, Final

from hypercorn.asyncio import serve
from hypercorn.config import Config
from quart import Quart, Response

from metrics_sidecar import clock
from metrics_sidecar.board import Board
from metrics_sidecar.fleet import Fleet
from metrics_sidecar.front import Front
from metrics_sidecar.sources.machine import Machine

FAMILIES: Final = 60
SERIES: Final = 16
"""With these the control plane's metrics are about as large as a busy gateway's: 60 kB."""


def control_plane() -> Quart:
    app = Quart(__name__)
    counts = "".join(
        f"# HELP gateway_bench_{family} One of many.\n# TYPE gateway_bench_{family} gauge\n"
        + "".join(f'gateway_bench_{family}{{stage="number {each}",outcome="ok"}} {each}.0\n' for each in range(SERIES))
        for family in range(FAMILIES)
    )
    said = {"node": "main", "version": "0", "pid": os.getpid(), "uptime_s": 1.0, "ready": True, "draining": False}

    @app.get("/api/figures")
    async def figures() -> Response:
        return Response(json.dumps(said), content_type="application/json")

    @app.get("/metrics")
    async def metrics() -> Response:
        return Response(counts, content_type="text/plain")

    return app


def front() -> Front:
    """The sidecar's own application, without its poller."""
    machine = Machine(disk=Path.cwd(), wall=clock.wall)
    fleet = Fleet({"main": "http://127.0.0.1:9"}, period_s=3600)
    board = Board(fleet, machine, period_s=3600, wall=clock.wall, steady=clock.steady)
    return Front(board, token="", wall=clock.wall, load=lambda: None)


def through_quart() -> Quart:
    """The same answer by a route of Quart's."""
    app = Quart(__name__)
    board = front()._board

    @app.get("/health")
    async def health() -> Response:
        answer = board.answer("/health")
        assert answer is not None
        return Response(answer.body(board.steady()), status=answer.status, content_type="application/json")

    return app


async def on_hypercorn(app: Any, port: int) -> None:
    config = Config()
    config.bind = [f"127.0.0.1:{port}"]
    config.accesslog = config.errorlog = None
    config.keep_alive_max_requests = 1_000_000
    await serve(app, config)


async def on_uvicorn(app: Any, port: int) -> None:
    """Uvicorn is not among the project's packages; who has it can compare."""
    uvicorn = importlib.import_module("uvicorn")
    await uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", access_log=False)).serve()


Job = Coroutine[Any, Any, None]
KINDS: Final[Mapping[str, Callable[[int], Job]]] = {
    "control-plane": lambda port: on_hypercorn(control_plane(), port),
    "quart": lambda port: on_hypercorn(through_quart(), port),
    "front": lambda port: on_hypercorn(front(), port),
    "front-asyncio": lambda port: on_hypercorn(front(), port),
    "uvicorn": lambda port: on_uvicorn(front(), port),
}


def main() -> None:
    kind, port = sys.argv[1], int(sys.argv[2])
    if kind == "front-asyncio":
        asyncio.run(KINDS[kind](port))
    else:
        importlib.import_module("uvloop").run(KINDS[kind](port))


if __name__ == "__main__":
    main()
