"""The gateway is killed while webhooks pour in: none that it acknowledged is lost, and it knows each of them again."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field

import httpx
import pytest

from benchmarks.webhook_load import body, signature, signing_key
from tests.stack.running import Stack

pytestmark = pytest.mark.stack

LANES = 24
ENOUGH = 300
"""Acknowledged before the process is killed."""


@dataclass(slots=True)
class Carrier:
    """Sends without end; `acknowledged` has the bodies that were answered with 200."""

    url: str
    acknowledged: list[bytes] = field(default_factory=list)
    enough: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, http: httpx.AsyncClient, content: bytes) -> str:
        headers = signature(signing_key(), content)
        answer = await http.post(f"{self.url}/webhook/telnyx", content=content, headers=headers)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["status"])

    async def pour(self, http: httpx.AsyncClient, kind: str) -> None:
        while True:
            content = body(kind)
            try:
                await self.send(http, content)
            except httpx.TransportError:
                return
            self.acknowledged.append(content)
            if len(self.acknowledged) >= ENOUGH:
                self.enough.set()

    async def pour_until_killed(self, kill: Callable[[], None]) -> None:
        async with httpx.AsyncClient(timeout=10, trust_env=False) as http, asyncio.TaskGroup() as group:
            for lane in range(LANES):
                # One in three has to be worked; it is about a call that nobody knows.
                group.create_task(self.pour(http, "call.cost" if lane % 3 else "call.answered"))
            async with asyncio.timeout(60):
                await self.enough.wait()
            kill()

    async def repeat(self) -> set[str]:
        """What it says to everything that it has acknowledged before."""
        async with httpx.AsyncClient(timeout=10, trust_env=False) as http:
            return {await self.send(http, content) for content in self.acknowledged}


def stored(stack: Stack) -> set[bytes]:
    with closing(sqlite3.connect(next(stack._folder.rglob("*.db")))) as connection:
        return {content for (content,) in connection.execute("SELECT body FROM webhooks")}


def test_no_acknowledged_webhook_is_lost_by_a_kill(start: Callable[..., Stack]) -> None:
    stack = start()
    carrier = Carrier(stack.url)
    asyncio.run(carrier.pour_until_killed(stack.kill_gateway))
    assert len(carrier.acknowledged) >= ENOUGH
    assert set(carrier.acknowledged) <= stored(stack)
    stack.start_gateway()
    assert asyncio.run(carrier.repeat()) == {"duplicate"}
