"""The sidecar as a process: it answers, and it leaves when it is asked to."""

import asyncio
import socket
import sys
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def answer_of(port: int) -> httpx.Response:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        while True:
            try:
                return await client.get("/health", timeout=5)
            except httpx.ConnectError:
                await asyncio.sleep(0.05)


async def test_the_sidecar_serves_until_sigterm_and_leaves_in_order() -> None:
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "metrics_sidecar", cwd=ROOT, env={"METRICS_PORT": str(port)}
    )
    try:
        async with asyncio.timeout(30):
            answer = await answer_of(port)
            process.terminate()
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
    assert answer.json()["status"] == "ok"


async def test_a_port_that_is_none_stops_the_start_with_a_clear_message() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "metrics_sidecar",
        cwd=ROOT,
        env={"METRICS_PORT": "0"},
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(30):
        _, errors = await process.communicate()
    assert process.returncode == 78
    assert b"METRICS_PORT" in errors
