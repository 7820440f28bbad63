"""The sidecar as a process, and what its tests ask of it."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parents[2]
TOKEN = "secret"
PERIOD_S = 0.4


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def sidecar(folder: Path, planes: Mapping[str, str], **more: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a running sidecar that uses the token."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "metrics_sidecar",
        cwd=folder,
        env={
            "PYTHONPATH": str(ROOT),
            "METRICS_PORT": str(port),
            "METRICS_POLL_SECONDS": str(PERIOD_S),
            "CONTROL_PLANE_URLS": ",".join(f"{name}={address}" for name, address in planes.items()),
            "AUTH_TOKEN": TOKEN,
            "DATA_DIR": str(folder / "var"),
            **more,
        },
    )
    headers = {"authorization": f"Bearer {TOKEN}"}
    base = f"http://127.0.0.1:{port}"
    try:
        async with httpx.AsyncClient(base_url=base, headers=headers, timeout=10, trust_env=False) as client:
            async with asyncio.timeout(30):
                await _answers(client)
            yield client
    finally:
        if process.returncode is None:
            os.kill(process.pid, signal.SIGTERM)
        async with asyncio.timeout(20):
            assert await process.wait() == 0


async def _answers(client: httpx.AsyncClient) -> None:
    while True:
        try:
            await client.get("/health/live")
        except httpx.ConnectError:
            await asyncio.sleep(0.02)
        else:
            return


async def until(condition: Callable[[], Awaitable[Any]], *, seconds: float = 20.0) -> Any:
    """The first true answer."""
    async with asyncio.timeout(seconds):
        while True:
            if answer := await condition():
                return answer
            await asyncio.sleep(0.03)


async def state_of(client: httpx.AsyncClient, name: str) -> str:
    answer = (await client.get("/api/health/combined")).json()
    return str(next(row["state"] for row in answer["processes"] if row["name"] == name))


async def reaches(client: httpx.AsyncClient, state: str, name: str = "main") -> None:
    async def there() -> bool:
        return await state_of(client, name) == state

    await until(there)
