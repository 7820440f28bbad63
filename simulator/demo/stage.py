"""Puts the demo's two processes on their feet, and takes them down whatever happens."""

import asyncio
import json
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from aiohttp import ClientSession, TCPConnector

from simulator.demo.clients import Gateway, Simulator
from simulator.demo.environment import gateway_settings, surroundings
from simulator.demo.failures import DemoFailed
from simulator.demo.options import Options
from simulator.demo.program import Program

READY_S: Final = 60.0
_LOOK_S: Final = 0.1
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
    """The gateway in its simulated world, both ready."""

    gateway: Gateway
    simulator: Simulator
    programs: tuple[Program, ...]


class Processes:
    """The children of this run, so that the last resort knows them as well."""

    def __init__(self) -> None:
        self.running: list[Program] = []

    async def start(self, name: str, *command: str, folder: Path, settings: dict[str, str]) -> Program:
        """A Python module in a process; it sees no settings but these, and no `.env` of its folder."""
        program = await Program.start(
            name,
            (sys.executable, "-m", *command),
            log=folder / f"{name}.log",
            cwd=folder,
            environment={**surroundings(os.environ), **settings},
        )
        self.running.append(program)
        return program

    async def stop(self) -> None:
        """The gateway first: it says goodbye to the simulator."""
        while self.running:
            await self.running[-1].stop()
            self.running.pop()

    def kill(self) -> None:
        for program in self.running:
            program.kill()


@asynccontextmanager
async def stage(options: Options, processes: Processes) -> AsyncIterator[Stage]:
    """Raises DemoFailed when one of the two does not get ready."""
    options.folder.mkdir(parents=True, exist_ok=True)
    port = options.port or free_port()
    try:
        world, credentials = await _simulator(options, processes, port=port)
        gateway = await processes.start(
            "gateway",
            "control_plane",
            "run",
            folder=options.folder,
            settings=gateway_settings(options, credentials, port=port, data=options.folder / "data"),
        )
        async with ClientSession(connector=TCPConnector(limit=0)) as http:
            here = Stage(
                gateway=Gateway("gateway", http, url=f"http://127.0.0.1:{port}"),
                simulator=Simulator("simulator", http, url=credentials["url"]),
                programs=(world, gateway),
            )
            await _ready(here, gateway)
            await _arrange(here, options)
            yield here
    finally:
        await processes.stop()


async def _simulator(options: Options, processes: Processes, *, port: int) -> tuple[Program, dict[str, Any]]:
    command = ("simulator", "--port", "0", "--gateway", f"http://127.0.0.1:{port}", "--script", options.script.name)
    world = await processes.start("simulator", *command, folder=options.folder, settings={})
    return world, json.loads(await world.first_line())


async def _ready(here: Stage, gateway: Program) -> None:
    try:
        async with asyncio.timeout(READY_S), asyncio.TaskGroup() as group:
            ended = group.create_task(gateway.watch())
            await _answers(here.gateway)
            ended.cancel()
    except* DemoFailed as failures:
        raise failures.exceptions[0] from None
    except* TimeoutError:
        raise gateway.failed(f"did not get ready within {READY_S:.0f} s") from None


async def _answers(gateway: Gateway) -> None:
    while True:
        if await gateway.ready():
            return
        await asyncio.sleep(_LOOK_S)


async def _arrange(here: Stage, options: Options) -> None:
    if options.fast:
        await here.simulator.set_delays(_FAST)
    if options.mode == "fallback":
        await here.simulator.add_fault(_DROPPED)
        await here.simulator.add_fault(_REFUSED)


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
