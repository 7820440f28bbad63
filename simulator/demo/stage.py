"""Puts the demo's processes on their feet, and takes them down whatever happens."""

import json
import os
import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

from aiohttp import ClientSession, TCPConnector

from simulator.demo.clients import Gateway, Owner, Simulator
from simulator.demo.environment import gateway_settings, surroundings
from simulator.demo.options import ROOT, Options
from stack import edge
from stack.crew import Crew
from stack.failures import StackFailed
from stack.options import EDGE_PORT
from stack.plan import MAIN, Plan, units
from stack.ports import free_port
from stack.program import Program
from stack.unit import Unit
from stack.welcome import setup_token

_READY_S: Final = 30.0
_DRAIN_S: Final = 1
_WITHOUT: Final = "The carrier speaks to the control plane itself, and there is no dashboard."
_FAST: Final = {
    "telnyx_answer_s": 0.05,
    "deepgram_interim_ms": 20,
    "deepgram_final_ms": 20,
    "llm_first_token_ms": 5,
    "llm_token_ms": 1,
    "tts_first_byte_ms": 5,
    "tts_speed": 20,
}
"""Providers that hardly take any time. People still speak as fast as people do."""
_DROPPED: Final = {"target": "telnyx.media", "kind": "drop_socket", "params": {"after_s": 29.0}}
"""The media stream breaks off while the bot talks …"""
_REFUSED: Final = {"target": "telnyx.media", "kind": "connect_failed", "after": 1}
"""… and the next one does not come about. A third is not tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The whole installation in its simulated world, all ready."""

    gateway: Gateway
    simulator: Simulator
    control: Program
    programs: tuple[Program, ...]
    address: str
    """Where people find it."""
    owner: Owner
    """With whom one signs in to the dashboard."""
    direct: str
    """Why the calls do not go through Nginx; empty when they do."""


@asynccontextmanager
async def stage(options: Options, crew: Crew) -> AsyncIterator[Stage]:
    """Raises StackFailed when something does not get ready."""
    options.folder.mkdir(parents=True, exist_ok=True)
    direct = _WITHOUT if options.direct else _missing()
    plan = _plan(options, direct=bool(direct))
    try:
        credentials = await _simulator(crew, _world(options, plan))
        surrounded = {**plan.environment, **gateway_settings(options, credentials)}
        control, *_ = [await crew.start(unit) for unit in units(replace(plan, environment=surrounded))]
        async with ClientSession(connector=TCPConnector(limit=0)) as http:
            here = Stage(
                gateway=Gateway("gateway", http, url=f"http://127.0.0.1:{plan.nodes[MAIN]}"),
                simulator=Simulator("simulator", http, url=credentials["url"]),
                control=control,
                programs=crew.programs,
                address=plan.address,
                owner=Owner(password=secrets.token_urlsafe(9)),
                direct=direct,
            )
            await _arrange(here, options)
            if not direct:
                await here.gateway.set_up(here.owner, token=await setup_token(replace(plan, environment=surrounded)))
            yield here
    finally:
        await crew.stop()


def _plan(options: Options, *, direct: bool) -> Plan:
    """The processes see no settings but those of the demo, and no `.env` of their folder."""
    port = options.port or free_port(EDGE_PORT)
    return Plan(
        cwd=options.folder,
        data=options.folder / "data",
        logs=options.folder,
        token=secrets.token_urlsafe(16),
        environment=surroundings(os.environ),
        nodes={MAIN: port if direct else free_port()},
        streams={MAIN: free_port()},
        sidecar_port=free_port(),
        edge_port=None if direct else port,
        drain_s=_DRAIN_S,
    )


def _world(options: Options, plan: Plan) -> Unit:
    command = ("simulator", "--port", "0", "--gateway", plan.address, "--script", options.script.name)
    path = os.pathsep.join(filter(None, (str(ROOT), plan.environment.get("PYTHONPATH", ""))))
    return Unit(
        name="simulator",
        command=(sys.executable, "-m", *command),
        cwd=options.folder,
        log=options.folder / "simulator.log",
        environment={**plan.environment, "PYTHONPATH": path},
        ready_s=_READY_S,
    )


def _missing() -> str:
    """Why the web server cannot be had; empty when it can."""
    try:
        edge.program()
    except StackFailed as failure:
        return f"{failure}. {_WITHOUT}"
    return ""


async def _simulator(crew: Crew, world: Unit) -> dict[str, Any]:
    """What it tells of itself when it is ready."""
    started = await crew.start(world)
    return dict(json.loads(await started.line('{"ready"')))


async def _arrange(here: Stage, options: Options) -> None:
    if options.fast:
        await here.simulator.set_delays(_FAST)
    if options.mode == "fallback":
        await here.simulator.add_fault(_DROPPED)
        await here.simulator.add_fault(_REFUSED)
