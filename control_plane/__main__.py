"""The process: settings, signals, drain, server."""

import argparse
import asyncio
import errno
import logging
import signal
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from typing import Final

from hypercorn.asyncio import serve
from hypercorn.config import Config

from control_plane.app import create_app
from control_plane.core.doctor.findings import Level
from control_plane.doctor_command import as_text, table
from control_plane.observability.logging import configure_logging, get_logger
from control_plane.people_command import reset_owner
from control_plane.ports.errors import Misconfigured
from control_plane.ports.tables import DEFAULT_TENANT
from control_plane.seed_command import progress, seed_demo
from control_plane.services.doctor.doctor import Report
from control_plane.services.gateway import Gateway
from control_plane.settings import Settings
from control_plane.settings_check import SettingsError, Severity, faults
from control_plane.web import departed_peers
from control_plane.web.stream_listener import listening
from control_plane.web.webhook_listener import taking_webhooks
from control_plane.wiring import build_gateway
from control_plane.wiring.beside import beside
from control_plane.wiring.doctor import Practice, open_practice
from control_plane.wiring.people import open_people
from control_plane.wiring.showcase import open_showcase

log = get_logger("main")

COMMANDS: Final = ("run", "check", "doctor", "reset-owner", "seed-demo")

EXIT_CONFIG: Final = 78
"""EX_CONFIG of sysexits.h."""

UNUSABLE: Final = (errno.EADDRINUSE, errno.EADDRNOTAVAIL, errno.EACCES)
"""What an address can be: taken, of another machine, forbidden."""

WEBSOCKET_MESSAGE_LIMIT: Final = 256 * 1024
SHUTDOWN_S: Final = 3.0


def main() -> None:
    """`gateway run`: serve until SIGTERM or SIGINT, then drain. `gateway check`: only look at the settings.
    `gateway doctor`: look at the installation that runs with these settings. `gateway reset-owner`: let an owner in who
    has lost everything. `gateway seed-demo`: fill an empty tenant with believable data.
    """
    options = _options()
    try:
        settings = Settings.load()
        if options.command == "doctor":
            sys.exit(examine(settings, options))
        if options.command == "reset-owner":
            sys.exit(asyncio.run(recover(settings, options.email)))
        if options.command == "seed-demo":
            sys.exit(asyncio.run(show(settings, options)))
        _report(settings)
        if options.command == "run":
            run(settings)
    except (SettingsError, Misconfigured) as error:
        print(error, file=sys.stderr)
        sys.exit(EXIT_CONFIG)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="gateway", description="Centralita, a gateway for AI phone calls.")
    parser.add_argument(
        "command", nargs="?", choices=("run", "check", "doctor", "reset-owner", "seed-demo"), default="run"
    )
    doctor = parser.add_argument_group("doctor")
    doctor.add_argument("--json", action="store_true", help="print JSON")
    doctor.add_argument("--url", default="", help="look at this address instead of WEBHOOK_BASE_URL")
    doctor.add_argument("--no-call", action="store_true", help="hold no echo call")
    doctor.add_argument("--language", choices=("en", "es"), default="en")
    owner = parser.add_argument_group("reset-owner")
    owner.add_argument("--email", default="", help="which owner; otherwise the first one")
    seed = parser.add_argument_group("seed-demo")
    seed.add_argument("--tenant", default=DEFAULT_TENANT, help="whom to fill; it has to be empty")
    seed.add_argument("--calls", type=int, default=400, help="so many calls of the last 30 days")
    return parser.parse_args()


def examine(settings: Settings, options: argparse.Namespace) -> int:
    """Print what the doctor finds; 1 when something is wrong."""
    configure_logging("ERROR", "console", show_pii=False)
    settings, here = beside(settings)
    report = asyncio.run(_examination(open_practice(settings, url=options.url or here, call=not options.no_call)))
    colours = sys.stdout.isatty()
    print(as_text(report) if options.json else table(report, language=options.language, colours=colours))
    return 1 if report.level is Level.FAIL else 0


async def recover(settings: Settings, email: str) -> int:
    """Print a link for an owner who has lost everything; 1 when there is no such owner."""
    configure_logging("ERROR", "console", show_pii=False)
    people, close = await open_people(settings)
    try:
        return await reset_owner(people, email)
    finally:
        await close()


async def show(settings: Settings, options: argparse.Namespace) -> int:
    """Fill a tenant with believable data; 1 when it is not empty."""
    configure_logging("ERROR", "console", show_pii=False)
    showcase, close = await open_showcase(settings, tenant_id=options.tenant, progress=progress)
    try:
        return await seed_demo(showcase, calls=options.calls)
    finally:
        await close()


async def _examination(practice: Practice) -> Report:
    try:
        return await practice.doctor.examine()
    finally:
        await practice.close()


def _report(settings: Settings) -> None:
    """All that is wrong or missing in one message. Raises SettingsError when it is fatal."""
    found = faults(settings)
    if any(fault.severity is Severity.FATAL for fault in found):
        raise SettingsError(found)
    for severity, title in (
        (Severity.WARNING, "Please look at these settings:"),
        (Severity.MISSING, "Real calls still need these settings (`make demo` needs none of them):"),
    ):
        lines = [f"  - {fault}" for fault in found if fault.severity is severity]
        if lines:
            print("\n".join((title, *lines)), file=sys.stderr)


def run(settings: Settings) -> None:
    """Serve on the settings' address until a signal."""
    configure_logging(
        settings.log_level,
        settings.log_format,
        show_pii=settings.log_pii,
        trace_ratio=settings.trace_sample_ratio if settings.otlp_endpoint else 0.0,
    )
    try:
        import uvloop
    except ImportError:
        in_order = asyncio.run(_serve(settings))
    else:
        in_order = uvloop.run(_serve(settings))
    if not in_order:
        sys.exit(EXIT_CONFIG)


async def _serve(settings: Settings) -> bool:
    """Until a signal; False when it ended because another process runs under our name."""
    gateway = build_gateway(settings)
    app = create_app(gateway)
    departed_peers.install()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)

    async def superseded() -> None:
        await gateway.nodes.superseded.wait()
        stop.set()

    async def drained() -> None:
        # Hypercorn runs the lifespan's shutdown before open websockets are finished, so calls are waited for here.
        await stop.wait()
        log.info("draining", calls=gateway.desk.roster.live_calls, seconds=settings.drain_seconds)
        await _drain(gateway, settings.drain_seconds)
        await doors.aclose()  # as long as there is somebody who keeps what still comes in

    log.info("starting", host=settings.host, port=settings.api_port)
    gateway.supervisor.spawn(superseded(), "superseded")
    async with AsyncExitStack() as doors:
        if settings.stream_port:
            with _usable(settings.host, settings.stream_port, name="STREAM_PORT"):
                await doors.enter_async_context(
                    listening(gateway, host=settings.host, port=settings.stream_port, calls=settings.max_calls)
                )
        if settings.webhook_port:
            with _usable(settings.host, settings.webhook_port, name="WEBHOOK_PORT"):
                await doors.enter_async_context(
                    taking_webhooks(gateway, host=settings.host, port=settings.webhook_port)
                )
        with _usable(settings.host, settings.api_port, name="API_PORT"):
            await serve(app, _server(settings), shutdown_trigger=drained)
    return not gateway.nodes.superseded.is_set()


@contextmanager
def _usable(host: str, port: int, *, name: str) -> Iterator[None]:
    """Say which setting is to be changed when the address cannot be listened at."""
    try:
        yield
    except OSError as error:
        if error.errno not in UNUSABLE:
            raise
        raise Misconfigured(
            "settings",
            f"{host}:{port} cannot be used: {error.strerror}. Stop what listens there, or set HOST and {name}.",
        ) from error


async def _drain(gateway: Gateway, seconds: float) -> None:
    await gateway.drain(timeout_s=seconds)


def _server(settings: Settings) -> Config:
    config = Config()
    config.bind = [f"{settings.host}:{settings.api_port}"]
    config.websocket_max_message_size = WEBSOCKET_MESSAGE_LIMIT
    config.websocket_ping_interval = 20.0
    config.graceful_timeout = SHUTDOWN_S
    config.shutdown_timeout = SHUTDOWN_S
    config.keep_alive_timeout = 75.0
    config.accesslog = None
    config.errorlog = logging.getLogger("hypercorn.error")
    config.include_server_header = False
    return config


if __name__ == "__main__":
    main()
