"""A world without delays whose AI providers listen on a local port."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from simulator.ai import routes
from simulator.ai.limits import AiLimits
from simulator.settings import Delays, Settings
from simulator.world import World, make_world

QUICK = Delays(
    deepgram_interim_ms=0,
    deepgram_final_ms=0,
    llm_first_token_ms=0,
    llm_token_ms=0,
    tts_first_byte_ms=0,
    tts_speed=1000.0,
)


@pytest.fixture
def world() -> World:
    return make_world(Settings(delays=QUICK))


@pytest.fixture
def limits() -> AiLimits:
    return AiLimits()


@pytest.fixture
async def providers(world: World, limits: AiLimits) -> AsyncIterator[str]:
    """`host:port` of the running providers."""
    app = web.Application()
    app.add_routes(routes(world, limits))
    server = TestServer(app)
    await server.start_server()
    yield f"{server.host}:{server.port}"
    await server.close()


@pytest.fixture
def slow(world: World) -> Callable[..., None]:
    """Change single delays of the world."""

    def change(**values: float) -> None:
        world.delays = replace(world.delays, **values)

    return change


@pytest.fixture
def until() -> Callable[[Callable[[], bool]], Awaitable[None]]:
    """Wait for a condition, two seconds at most."""

    async def wait(condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(2):
            while not condition():  # noqa: ASYNC110 - what is waited for happens in the server under test
                await asyncio.sleep(0.005)

    return wait
