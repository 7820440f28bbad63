"""A tenant's web server, which keeps what it is told."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

OK: Final = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
BROKEN: Final = b"HTTP/1.1 500 Oops\r\ncontent-length: 4\r\n\r\noops"
ELSEWHERE: Final = b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n"
GONE: Final = b"HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n"


@dataclass(slots=True)
class Receiver:
    """Answers each request with the same bytes, once `held` is set."""

    answer: bytes = OK
    url: str = ""
    held: asyncio.Event = field(default_factory=asyncio.Event)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    came: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            pairs = [line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line]
            headers = {name.lower(): value for name, value in pairs}
            body = await reader.readexactly(int(headers["content-length"]))
            async with self.came:
                self.got.append((headers, body))
                self.came.notify_all()
            await self.held.wait()
            writer.write(self.answer)
            await writer.drain()
        finally:
            writer.close()

    async def messages(self, count: int) -> list[dict[str, Any]]:
        """The first so many, when they are there."""
        async with asyncio.timeout(20), self.came:
            await self.came.wait_for(lambda: len(self.got) >= count)
        return [json.loads(body) for _, body in self.got[:count]]

    async def kinds(self, count: int) -> list[str]:
        return sorted(message["kind"] for message in await self.messages(count))


@asynccontextmanager
async def listening(answer: bytes = OK, *, slow: bool = False) -> AsyncIterator[Receiver]:
    receiver = Receiver(answer)
    if not slow:
        receiver.held.set()
    server = await asyncio.start_server(receiver.talk, "127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    try:
        yield receiver
    finally:
        receiver.held.set()
        server.close()
