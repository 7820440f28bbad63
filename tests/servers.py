"""A web application on a real Hypercorn and a real port, in the test's own event loop."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hypercorn.asyncio import serve
from hypercorn.config import Config
from quart import Quart


@asynccontextmanager
async def real_server(app: Quart, port: int = 0) -> AsyncIterator[str]:
    """`127.0.0.1:<port>`, until the block is left; then the server is stopped in order."""
    listener = socket.create_server(("127.0.0.1", port))
    config = Config()
    config.bind = [f"fd://{listener.fileno()}"]
    config.graceful_timeout = config.shutdown_timeout = 2.0
    config.accesslog = config.errorlog = None
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(serve(app, config, shutdown_trigger=stop.wait))
        address = f"127.0.0.1:{listener.getsockname()[1]}"
        try:
            yield address
        finally:
            stop.set()
            await serving
            listener.detach()
