"""How the sidecar starts and stops: `python -m metrics_sidecar`."""

import asyncio
import signal
import sys

from hypercorn.asyncio import serve
from hypercorn.config import Config
from pydantic import ValidationError

from metrics_sidecar.app import create_app
from metrics_sidecar.settings import VARIABLES, SidecarSettings

EXIT_CONFIG = 78
"""EX_CONFIG of sysexits.h."""


async def run(settings: SidecarSettings) -> None:
    """Serve until SIGTERM or SIGINT."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    config = Config()
    config.bind = [f"{settings.host}:{settings.port}"]
    config.graceful_timeout = 5.0

    async def until_stopped() -> None:
        await stopped.wait()

    await serve(create_app(), config, shutdown_trigger=until_stopped)


def main() -> int:
    try:
        settings = SidecarSettings.load()
    except ValidationError as error:
        names = ", ".join(sorted({VARIABLES[str(problem["loc"][0])] for problem in error.errors()}))
        print(f"The sidecar cannot start: {names} cannot be used.", file=sys.stderr)
        return EXIT_CONFIG
    asyncio.run(run(settings))
    return 0


if __name__ == "__main__":
    sys.exit(main())
