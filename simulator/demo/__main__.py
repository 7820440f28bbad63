"""The command `python -m simulator.demo`: performs one run and says by its exit code whether it went well."""

import asyncio
import atexit
import json
import signal
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from rich.console import Console

from simulator.demo import crowd_view, picture, view
from simulator.demo.audience import Audience, audience
from simulator.demo.crowd import Crowd
from simulator.demo.failures import DemoFailed
from simulator.demo.options import Options, parse
from simulator.demo.play import party, play_many, play_one
from simulator.demo.report import Report
from simulator.demo.scene import Scene
from simulator.demo.stage import Processes, Stage, stage
from simulator.demo.summary import from_here, summary
from simulator.world import now

INTERRUPTED: Final = 130
_ENDINGS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main(arguments: Sequence[str] | None = None) -> int:
    """0: it went well; 1: it did not; 130: Ctrl-C."""
    options = parse(sys.argv[1:] if arguments is None else arguments, datetime.now().astimezone())
    try:
        report = asyncio.run(_interruptible(options))
    except DemoFailed as failure:
        sys.stderr.write(f"{failure}\n")
        if options.json:
            _print_json({"ok": False, "mode": options.mode, "failures": [str(failure)]})
        return 1
    except asyncio.CancelledError:
        return INTERRUPTED
    return 0 if report.ok else 1


async def _interruptible(options: Options) -> Report:
    """The run; the first signal ends it in good order, further ones find that under way."""
    processes = Processes()
    atexit.register(processes.kill)
    loop = asyncio.get_running_loop()
    run = loop.create_task(_run(options, processes))
    for number in _ENDINGS:
        loop.add_signal_handler(number, lambda: run.cancelling() or run.cancel())
    return await run


async def _run(options: Options, processes: Processes) -> Report:
    here = audience(Console(highlight=False), silent=options.json)
    here.note("Starting the gateway and its simulated world …")
    async with stage(options, processes) as ready:
        report = await (_one(ready, options, here) if options.calls == 1 else _many(ready, options, here))
        here.result(report)
        if options.json:
            _print_json(report.as_json())
        if not report.ok:
            sys.stderr.write(f"{ready.programs[-1].failed('has more to say')}\n")
        if options.stay:
            here.note(f"The gateway stays at {ready.gateway.url} until Ctrl-C.")
            await asyncio.gather(*(program.watch() for program in ready.programs))
    return report


async def _one(ready: Stage, options: Options, here: Audience) -> Report:
    scene = Scene(caller=party(0)[0], began_at=now())
    with here.call(scene) as told:
        report = await play_one(ready, options, scene, told)
    if options.picture:
        picture.draw(options.picture, view.render(scene, now()), summary(report, from_here))
    return report


async def _many(ready: Stage, options: Options, here: Audience) -> Report:
    crowd = Crowd(options.calls, began_at=now())
    with here.crowd(crowd):
        report = await play_many(ready, options, crowd)
    if options.picture:
        picture.draw(options.picture, crowd_view.render(crowd, now()), summary(report, from_here))
    return report


def _print_json(document: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
