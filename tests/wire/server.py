"""How the tests start a small provider and wait for what reaches it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web


@asynccontextmanager
async def serving(app: web.Application) -> AsyncIterator[str]:
    """Serve on a free port; gives the base URL. A handler is cancelled when its client leaves."""
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


async def until(condition: Callable[[], object]) -> None:
    """Wait until the other side of a socket has made `condition` true."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - the condition lies behind a real socket
            await asyncio.sleep(0.002)


def spawn(coroutine: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
    """The supervisor's `spawn`, without a supervisor."""
    return asyncio.create_task(coroutine, name=name)
