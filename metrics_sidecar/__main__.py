"""How the sidecar starts and stops: `python -m metrics_sidecar`."""

import asyncio
import logging
import signal
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final

import httpx
from hypercorn.asyncio import serve
from hypercorn.config import Config

from metrics_sidecar import clock, logs
from metrics_sidecar.board import Board
from metrics_sidecar.callbacks.courier import Courier
from metrics_sidecar.callbacks.queue import CallbackQueue
from metrics_sidecar.callbacks.tail import Tail
from metrics_sidecar.fleet import Fleet
from metrics_sidecar.forwarder import LIMITS, TIMEOUT, Forwarder
from metrics_sidecar.front import Front
from metrics_sidecar.poller import TIMEOUT_SHARE, Poller
from metrics_sidecar.settings import SettingsError, SidecarSettings
from metrics_sidecar.sources import http
from metrics_sidecar.sources.control_plane import ControlPlaneReader
from metrics_sidecar.sources.machine import Machine

log = logging.getLogger("sidecar")

EXIT_CONFIG: Final = 78
"""EX_CONFIG of sysexits.h."""
SHUTDOWN_S: Final = 3.0
KEEP_ALIVE_REQUESTS: Final = 1_000_000
"""Nginx and Prometheus ask over the same connection for as long as they live."""


async def run(settings: SidecarSettings, queue: CallbackQueue | None = None) -> None:
    """Serve until SIGTERM or SIGINT."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
        front, work = await _assemble(settings, queue, stack=stack)
        tasks = [group.create_task(each) for each in work]
        log.info("listening", extra={"host": settings.host, "port": settings.port})
        await serve(front, _server(settings), shutdown_trigger=stopped.wait)
        for task in tasks:
            task.cancel()


async def _assemble(
    settings: SidecarSettings, queue: CallbackQueue | None, *, stack: AsyncExitStack
) -> tuple[Front, list[Any]]:
    """The application, and what has to run beside it."""
    period_s, addresses = settings.poll_seconds, list(settings.control_planes.values())
    fleet = Fleet(settings.control_planes, period_s=period_s)
    machine = Machine(disk=settings.data_dir, wall=clock.wall)
    board = Board(fleet, machine, period_s=period_s, wall=clock.wall, steady=clock.steady)
    reader = await stack.enter_async_context(
        ControlPlaneReader(
            addresses, token=settings.auth_token, timeout_s=TIMEOUT_SHARE * period_s, steady=clock.steady
        )
    )
    client: httpx.AsyncClient = await stack.enter_async_context(
        http.client(addresses, token=settings.auth_token, timeout=TIMEOUT, limits=LIMITS)
    )
    poller = Poller(board, reader, machine=machine, period_s=period_s)
    work: list[Any] = [poller.run()]
    if queue is not None and settings.callback_log is not None:
        tail = Tail(settings.callback_log, _queue_folder(settings) / "callbacks.marks.json")
        courier = Courier(tail, queue, fleet=fleet, client=client)
        board.callbacks = courier.figures
        work.append(courier.run())

    def load() -> Any:
        from metrics_sidecar.app import create_app

        return create_app(Forwarder(fleet, client, failed=poller.failed))

    return Front(board, token=settings.auth_token, wall=clock.wall, load=load), work


def _server(settings: SidecarSettings) -> Config:
    config = Config()
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    config.bind = [f"{host}:{settings.port}"]
    config.graceful_timeout = config.shutdown_timeout = SHUTDOWN_S
    config.keep_alive_timeout = 75.0
    config.keep_alive_max_requests = KEEP_ALIVE_REQUESTS
    config.accesslog = None
    config.errorlog = logging.getLogger("hypercorn.error")
    config.include_server_header = False
    return config


def _queue_folder(settings: SidecarSettings) -> Path:
    return settings.data_dir / "sidecar"


def main() -> int:
    try:
        settings = SidecarSettings.load()
        queue = CallbackQueue(_queue_folder(settings)) if settings.callback_log else None
    except SettingsError as error:
        print(error, file=sys.stderr)
        return EXIT_CONFIG
    except OSError as error:
        print(f"DATA_DIR cannot hold the callback queue: {error.strerror}", file=sys.stderr)
        return EXIT_CONFIG
    logs.configure(settings.log_level)
    try:
        import uvloop
    except ImportError:
        asyncio.run(run(settings, queue))
    else:
        uvloop.run(run(settings, queue))
    return 0


if __name__ == "__main__":
    sys.exit(main())
