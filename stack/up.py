"""`python -m stack up`: the whole installation, until it is told to end."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any, Final

from stack.addresses import doctor_command, told
from stack.crew import Crew
from stack.failures import StackFailed
from stack.log_tail import begin
from stack.options import Options
from stack.plan import units
from stack.prepare import Prepared, alone, data_folder, prepare
from stack.private import keep_private
from stack.rotation import keep_short
from stack.settings import Settings
from stack.sign_in import FILE_NAME, open_browser
from stack.terminal import Terminal
from stack.unit import Unit
from stack.welcome import setup_token, welcome

_ENDINGS: Final = (signal.SIGINT, signal.SIGTERM)


def up(options: Options) -> int:
    """0: it ended because it was asked to; 1: it could not run."""
    keep_private()
    settings = Settings.load(Path.cwd())
    terminal = Terminal.standard(options, settings.environment)
    try:
        with alone(data_folder(settings, Path.cwd())):
            prepared = prepare(options, settings, folder=Path.cwd())
            with told(prepared.plan):
                asyncio.run(_run(options, prepared, terminal=terminal))
    except (StackFailed, OSError) as failure:
        terminal.say(f"\nThe installation does not run.\n{failure}")
        return 1
    finally:
        terminal.close()
    return 0


async def _run(options: Options, prepared: Prepared, *, terminal: Terminal) -> None:
    every = units(prepared.plan)
    for unit in every:
        begin(unit.log)
    terminal.follow(every)
    crew = Crew(terminal.say)
    beside = [asyncio.create_task(work) for work in (terminal.show(), keep_short(lambda: crew.programs))]
    try:
        with_signals = _Endings(crew, terminal.say)
        await with_signals.until(
            _serve(crew, every, after_start=lambda: _welcome(options, prepared, terminal=terminal))
        )
    finally:
        await crew.stop()
        for task in beside:
            task.cancel()


async def _serve(crew: Crew, every: tuple[Unit, ...], *, after_start: Callable[[], Awaitable[None]]) -> None:
    for unit in every:
        crew.say(f"{unit.name}: starting …")
        program = await crew.start(unit)
        crew.say(f"{unit.name}: ready (process {program.pid})")
    await after_start()
    try:
        await crew.keep_alive()
    except* StackFailed as failures:
        raise failures.exceptions[0] from None


class _Endings:
    """What signals do: the first ends the installation in order, the second at once. A lost terminal ends nothing."""

    def __init__(self, crew: Crew, say: Callable[[str], None]) -> None:
        self._crew = crew
        self._say = say
        self._asked = False

    async def until(self, work: Coroutine[Any, Any, None]) -> None:
        """Do the work until it ends, or a signal comes."""
        loop = asyncio.get_running_loop()
        task = loop.create_task(work)
        for number in _ENDINGS:
            loop.add_signal_handler(number, self._end, task)
        loop.add_signal_handler(signal.SIGHUP, lambda: None)
        try:
            await task
        except asyncio.CancelledError:
            if not self._asked:
                raise

    def _end(self, work: "asyncio.Future[None]") -> None:
        if self._asked:
            self._crew.kill()
            return
        self._asked = True
        self._say("Ending: calls that run may finish first. Ctrl-C once more ends everything at once.")
        work.cancel()


async def _welcome(options: Options, prepared: Prepared, *, terminal: Terminal) -> None:
    plan = prepared.plan
    token = await setup_token(plan)
    dashboard = welcome(plan, token) if token else plan.address
    rows = (
        ("dashboard", dashboard),
        *((("", "Nobody has an account yet: open this link to make yours."),) if token else ()),
        ("API's token", str(plan.data / FILE_NAME) if prepared.token_is_ours else "AUTH_TOKEN of your settings"),
        ("health", f"{plan.address}/health"),
        *(
            ("control plane", f"{name} on http://127.0.0.1:{port}, its media sockets on {plan.streams[name]}")
            for name, port in plan.nodes.items()
        ),
        ("sidecar", f"http://127.0.0.1:{plan.sidecar_port}"),
        ("carriers call", plan.carriers),
        ("to look at it", doctor_command(plan)),
        ("data", str(plan.data)),
        ("logs", str(plan.logs)),
    )
    table = "\n".join(f"  {name:<14} {value}" for name, value in rows)
    terminal.say(f"\nCentralita runs. Ctrl-C ends it.\n{table}\n")
    if options.open and not open_browser(dashboard, plan.environment, platform=sys.platform):
        terminal.say("There is no browser here that could be opened: open the link elsewhere.")
