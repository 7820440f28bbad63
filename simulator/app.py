"""Puts the simulated world together: one application, one port, one event loop."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import ClientSession, TCPConnector, web

from simulator.ai import routes as ai_routes
from simulator.ai.limits import AiLimits
from simulator.control import Control
from simulator.credentials import credentials
from simulator.settings import Settings
from simulator.telnyx.carrier import Carrier
from simulator.telnyx.rest import Rest
from simulator.world import WORLD, World, make_world

_LARGEST_BODY = 32 * 1024 * 1024


def create_app(settings: Settings) -> web.Application:
    """The whole simulator; its world is `app[WORLD]`."""
    world = make_world(settings)
    world.url = f"http://{settings.host}:{settings.port}"
    app = web.Application(client_max_size=_LARGEST_BODY)
    app[WORLD] = world
    app.cleanup_ctx.append(_running)
    app.add_routes(Rest(world).routes())
    app.add_routes(Control(world).routes())
    app.add_routes(ai_routes(world, AiLimits().times(settings.accounts)))
    return app


async def _running(app: web.Application) -> AsyncIterator[None]:
    world = app[WORLD]
    async with ClientSession(connector=TCPConnector(limit=0)) as http:
        carrier = Carrier(world)
        world.open(carrier, http)
        carrier.start()
        yield
        await world.tasks.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A simulator that listens."""

    url: str
    state: World
    credentials: dict[str, Any]
    runner: web.AppRunner

    async def stop(self) -> None:
        await self.runner.cleanup()


async def start(settings: Settings) -> Running:
    """Listen; with port 0 on any free port. Raises OSError when the port is taken."""
    app = create_app(settings)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, settings.host, settings.port).start()
    world = app[WORLD]
    port = runner.addresses[0][1]
    world.settings = replace(settings, port=port)
    world.url = f"http://{settings.host}:{port}"
    return Running(url=world.url, state=world, credentials=credentials(world), runner=runner)
