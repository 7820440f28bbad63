"""The command `python -m simulator`: listens until SIGTERM or SIGINT."""

import argparse
import asyncio
import gc
import json
import logging
import signal
import sys
from typing import Final

import uvloop

from simulator.app import start
from simulator.caller.script import BadScript, load_script
from simulator.settings import Settings

_COLLECT_EVERY: Final = (100_000, 20, 100)
"""New objects before rubbish is looked for: hundreds of calls make many, hardly ever in circles."""


def main() -> int:
    """Print one JSON line when ready: `{"ready": true, "url": …}` and what the gateway needs to know."""
    arguments = _arguments()
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    try:
        load_script(arguments.script)
    except BadScript as error:
        sys.stderr.write(f"{arguments.script}: {error}\n")
        return 2
    settings = Settings(
        host=arguments.host,
        port=arguments.port,
        gateway_url=arguments.gateway,
        script=arguments.script,
        seed=arguments.seed,
        accounts=arguments.accounts,
    )
    uvloop.run(_serve(settings))
    return 0


async def _serve(settings: Settings) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    running = await start(settings)
    gc.freeze()
    gc.set_threshold(*_COLLECT_EVERY)
    sys.stdout.write(json.dumps({"ready": True, **running.credentials}) + "\n")
    sys.stdout.flush()
    await stopped.wait()
    await running.stop()


def _arguments() -> argparse.Namespace:
    defaults = Settings()
    parser = argparse.ArgumentParser(prog="simulator", description="Simulated carriers, callers and AI providers.")
    parser.add_argument("--host", default=defaults.host)
    parser.add_argument("--port", type=int, default=defaults.port, help="0 takes any free one")
    parser.add_argument("--gateway", default=defaults.gateway_url, help="where webhooks go")
    parser.add_argument("--script", default=defaults.script, help="of whoever answers a dialled number")
    parser.add_argument("--seed", type=int, default=defaults.seed)
    parser.add_argument("--accounts", type=int, default=defaults.accounts, help="of each AI provider, for its limits")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
