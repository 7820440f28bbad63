"""The command `python -m simulator.demo`: performs one run and says by its exit code whether it went well."""

import asyncio
import atexit
import json
import os
import signal
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from rich.console import Console

from simulator.demo import crowd_view, picture, view
from simulator.demo.audience import Audience, audience
from simulator.demo.crowd import Crowd
from simulator.demo.options import Options, parse
from simulator.demo.play import party, play_many, play_one
from simulator.demo.report import Report
from simulator.demo.scene import Scene
from simulator.demo.stage import Stage, stage
from simulator.demo.summary import from_here, summary
from simulator.world import now
from stack.crew import Crew
from stack.failures import StackFailed
from stack.private import keep_private
from stack.sign_in import open_browser

INTERRUPTED: Final = 130
_ENDINGS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main(arguments: Sequence[str] | None = None) -> int:
    """0: it went well; 1: it did not; 130: Ctrl-C."""
    options = parse(sys.argv[1:] if arguments is None else arguments, datetime.now().astimezone())
    keep_private()
    try:
        report = asyncio.run(_interruptible(options))
    except StackFailed as failure:
        sys.stderr.write(f"{failure}\n")
        if options.json:
            _print_json({"ok": False, "mode": options.mode, "failures": [str(failure)]})
        return 1
    except asyncio.CancelledError:
        return INTERRUPTED
    return 0 if report.ok else 1


async def _interruptible(options: Options) -> Report:
    """The run; the first signal ends it in good order, further ones find that under way."""
    crew = Crew(lambda sentence: None)
    atexit.register(crew.kill)
    loop = asyncio.get_running_loop()
    signalled = _Signalled()
    run = loop.create_task(_run(options, crew, signalled=signalled))
    for number in _ENDINGS:
        loop.add_signal_handler(number, signalled.by, run)
    return await run


class _Signalled:
    """What a signal does: it breaks the run off, or ends its waiting when that is all that is left."""

    def __init__(self) -> None:
        self.waiting = False
        self.over = asyncio.Event()

    def by(self, run: "asyncio.Task[Report]") -> None:
        self.over.set()
        if not self.waiting and not run.cancelling():
            run.cancel()


async def _run(options: Options, crew: Crew, *, signalled: _Signalled) -> Report:
    here = audience(Console(highlight=False), silent=options.json)
    here.note("Starting the gateway and its simulated world …")
    async with stage(options, crew) as ready:
        _invite(ready, options, here=here)
        try:
            perform = _one if options.calls == 1 else _many
            report = await perform(ready, options, here=here)
        except StackFailed as failure:
            raise await explained(failure, ready) from None
        here.result(report)
        if options.json:
            _print_json({**report.as_json(), "through": "direct" if ready.direct else "nginx"})
        if not report.ok:
            sys.stderr.write("\n".join([*report.failures, f"Gateway: {ready.control.last_words()}", ""]))
        if options.stay:
            here.note(f"Until Ctrl-C the call is also at {ready.address}/calls/{report.first_call}")
            signalled.waiting = True
            await signalled.over.wait()
    return report


def _invite(ready: Stage, options: Options, *, here: Audience) -> None:
    """The way to see the call in the dashboard while it talks, or why there is none."""
    if ready.direct:
        here.note(ready.direct)
        return
    here.note(f"Watch it live: {ready.address}/live")
    here.note(f"Sign in as {ready.owner.email} with the password {ready.owner.password}")
    if options.open and not open_browser(f"{ready.address}/live", os.environ, platform=sys.platform):
        here.note("There is no browser here that could be opened.")


async def explained(failure: StackFailed, ready: Stage) -> StackFailed:
    """A process that died explains the connections that broke; else the gateway's log may tell more."""
    for program in ready.programs:
        if (death := await program.died()) is not None:
            return death
    return StackFailed(f"{failure}\nGateway: {ready.control.last_words()}")


async def _one(ready: Stage, options: Options, *, here: Audience) -> Report:
    scene = Scene(caller=party(0)[0], began_at=now())
    with here.call(scene) as told:
        report = await play_one(ready, options, scene=scene, told=told)
    if options.picture:
        picture.draw(options.picture, view.render(scene, now()), summary(report, from_here))
    return report


async def _many(ready: Stage, options: Options, *, here: Audience) -> Report:
    crowd = Crowd(options.calls, began_at=now())
    with here.crowd(crowd):
        report = await play_many(ready, options, crowd=crowd)
    if options.picture:
        picture.draw(options.picture, crowd_view.render(crowd, now()), summary(report, from_here))
    return report


def _print_json(document: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
